/* The words for what platforms allow, for files, and for the checkup; a part of the catalogue in `texts.js`. */

export const PLATFORM_TEXTS = {
  // How long and how often a customer can be answered
  spans: { hours: ["{hours} 小时 {rest} 分", "{hours} h {rest} min"], minutes: ["{rest} 分", "{rest} min"],
    moment: ["不到 1 分", "less than a minute"] },
  windowLeft: ["回复窗口剩 {time}", "{time} left to reply"],
  windowOver: ["回复窗口已过", "The time to reply is over"],
  quotaLeft: [{ other: "还可回 {n} 条" }, { one: "{n} reply left", other: "{n} replies left" }],
  quotaUsed: ["回复条数已用完", "No replies left"],
  allowanceWhy: ["{channel}只在客户来信后的一段时间内接收有限条回复；客户再次来信会重新计算",
    "After each message of the customer, {channel} takes a few replies for a while. Her next message starts anew"],
  inParts: [{ other: "将分 {n} 条发出" }, { one: "Leaves as {n} message", other: "Leaves as {n} messages" }],
  overQuota: ["共 {n} 条，只能再发 {most} 条", "{n} messages, but only {most} left"],

  // Why nothing can be written, and what to do
  clients: { wechat: ["企业微信", "WeCom"], douyin: ["抖音客户端", "Douyin"], jd: ["京东客户端", "JD"] },
  ofStaff: ["{name}（{client}）", "{name} ({client})"],
  heldAtPlatform: ["客户正由 {name} 在{client}客户端接待", "{name} serves this customer in the {client} client"],
  heldAtPlatformHint: ["这里的回复发不出去。需要由这里接待时，先收回会话。",
    "Replies from here would not arrive. To answer here, take the conversation back first."],
  reclaim: ["收回", "Take back"],
  reclaimSure: ["收回后，{name} 不能再在{client}里回复这位客户。确定收回？",
    "{name} will no longer be able to answer in {client}. Take it back?"],
  reclaimYes: ["确定收回", "Take it back"],
  cancel: ["取消", "Cancel"],
  windowLock: ["已超过{channel}允许的回复时间，或{channel}已结束会话", "{channel} takes no more replies to this customer now"],
  windowHint: ["客户再次来信后就能回复。急事请用电话等其他方式联系。",
    "You can reply once the customer writes again. If it is urgent, use another way, such as the phone."],
  quotaLock: ["{channel}允许的回复条数已用完", "All replies that {channel} allows are used up"],
  quotaHint: ["客户再来一条消息，就可以继续回复。", "You can go on as soon as the customer writes again."],
  draftKept: ["草稿已保留", "Your draft is kept"],

  // Messages that are no text
  types: {
    business_card: ["名片", "Contact card"], miniprogram: ["小程序", "Mini program"], msgmenu: ["菜单", "Menu"],
    merged_msg: ["聊天记录", "Chat history"], channels: ["视频号", "Channels"],
    channels_shop_product: ["视频号商品", "Channels product"], channels_shop_order: ["视频号订单", "Channels order"],
    meeting: ["会议", "Meeting"], schedule: ["日程", "Schedule"], note: ["笔记", "Note"],
  },
  seeOnPlatform: ["此类型请在客户所用的平台查看", "To be seen on the customer's own platform"],
  openLink: ["打开链接", "Open link"],
  recalledByCustomer: ["客户撤回了一条消息", "The customer took this back"],
  recalledByMe: ["您撤回了一条消息", "You took this back"],
  recalledBy: ["{name} 撤回了一条消息", "{name} took this back"],

  // Files that come
  fetching: ["正在下载{kind}…", "Fetching: {kind}…"],
  notFetched: ["{kind}没有下载到", "Not fetched: {kind}"],
  fetchHint: ["请客户重新发送", "ask the customer to send it again"],
  notShown: ["浏览器打不开，请下载后查看", "The browser cannot show it. Download it instead"],
  seconds: [{ other: "{n} 秒" }, { one: "{n} second", other: "{n} seconds" }],
  download: ["下载", "Download"],
  lookAt: ["查看大图：{name}", "Look at {name}"],
  closePicture: ["关闭", "Close"],

  // Files that go
  attach: ["添加图片或文件", "Add pictures or files"],
  attachHint: ["添加{taken}；也可以粘贴截图，或把文件拖到这里", "Add {taken}. Paste and drop work too"],
  attached: ["待发送的文件", "Files to be sent"],
  detach: ["移除 {name}", "Remove {name}"],
  pasted: ["截图.png", "screenshot.png"],
  dropHere: ["松开即添加到回复", "Drop to add to the reply"],
  empty: ["文件是空的或太小，不能发送", "Empty, or too small to be sent"],
  tooLarge: ["超过 {size}，不能发送；请压缩后再试", "Over {size}. Make it smaller"],
  notTaken: ["这里可以发送：{taken}", "What can be sent here: {taken}"],
  takenUpTo: ["{kind} {size} 以内", "{kind} up to {size}"],
  takenAs: ["{kind}（{kinds}）", "{kind} ({kinds})"],
  comma: ["、", ", "],
  mimes: { jpeg: ["JPG", "JPG"], png: ["PNG", "PNG"], mp4: ["MP4", "MP4"], amr: ["AMR", "AMR"] },
  uploadCut: ["上传中断", "The upload was cut off"],
  fileLost: ["页面刷新后文件没有保留，请删除后重新选择", "The file did not survive the reload. Delete this and choose it again"],
  noFilesHere: ["{channel}暂不支持从这里发送文件", "Files cannot be sent to {channel} from here yet"],
  tooMany: ["一次最多发送 {n} 个文件", "{n} files at most at a time"],
  stuck: ["请先重试或移除出错的文件", "Retry or remove the files that failed first"],

  // Checkup
  checkup: ["接入体检", "Checkup"],
  checking: ["正在检查…", "Checking…"],
  checkAgain: ["重新检查", "Check again"],
  checkedAt: ["检查于 {time}", "Checked at {time}"],
  noCheckup: ["体检没有完成，请稍后重新检查", "The checkup did not finish. Try again later"],
  toDo: ["怎么办：{advice}", "What to do: {advice}"],
  checkupGroups: {
    server: ["本机", "This machine"], wechat: ["微信", "WeChat"],
    douyin: ["抖音", "Douyin"], jd: ["京东", "JD"],
  },
  checkupResults: { ok: ["正常", "Fine"], warn: ["注意", "Look"], fail: ["有问题", "Wrong"], skipped: ["未检查", "Skipped"] },
  checkupCounts: {
    ok: [{ other: "{n} 项正常" }, { other: "{n} fine" }], warn: [{ other: "{n} 项要注意" }, { other: "{n} to look at" }],
    fail: [{ other: "{n} 项有问题" }, { other: "{n} wrong" }], skipped: [{ other: "{n} 项未检查" }, { other: "{n} skipped" }],
  },
};
