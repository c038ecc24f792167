/* Words of the frame: the bar on top, what is told of wherever one looks, and the bars and cards that tell it. */

export const FRAME_TEXTS = {
  // Channels
  health: { ok: ["正常", "Fine"], quiet: ["很久没有消息", "Quiet for long"], failing: ["异常", "Failing"], off: ["未接入", "Not joined"] },
  healthTitle: ["渠道状态", "Channels"],
  healthAllOk: ["全部正常", "All fine"],
  healthTimes: ["收 {last} · 发 {out}", "in {last} · out {out}"],

  // The column at the left edge
  nav: {
    title: ["导航", "Navigation"], inbox: ["会话", "Inbox"], ai: ["AI", "AI"], search: ["搜索", "Search"],
    quickReplies: ["快捷回复", "Replies"], checkup: ["体检", "Checkup"], settings: ["设置", "Settings"],
    help: ["快捷键", "Keys"],
  },

  // On duty
  dutyOn: ["在岗", "On duty"],
  dutyOff: ["离岗", "Off duty"],
  dutyOffLong: ["离岗（不响铃、不弹通知）", "Off duty (nothing rings)"],
  dutyHint: ["我的状态", "My status"],

  // Bell
  bellTitle: ["通知", "Notices"],
  bellNew: [{ other: "通知：{n} 条新的" }, { one: "Notices: {n} new", other: "Notices: {n} new" }],
  bellNone: ["没有新的通知。被提到、转接和发送失败会出现在这里。", "Nothing. Mentions, transfers and failed replies appear here."],
  bell: {
    received: ["{name} 转给了您", "{name} is yours now"],
    lost: ["{name} 改由 {by} 接待", "{by} holds {name} now"],
    mentioned: ["{by} 在 {name} 的备注中提到您：{text}", "{by} mentioned you at {name}: {text}"],
    failed: ["给 {name} 的消息发送失败：{text}", "A message to {name} failed: {text}"],
  },
  titleTold: ["新通知", "Notices"],
  soundOn: ["提示音已开", "Sound is on"],
  soundOff: ["提示音已关", "Sound is off"],
  notifySettings: ["通知设置", "Settings"],

  // First run
  toneHint: ["有新客户等待时会响铃。先试听一下，浏览器才允许播放。",
    "A tone tells of new customers. Play it once, or the browser will not allow it."],
  toneAsk: ["听到铃声了吗？", "Did you hear it?"],
  toneSilent: ["浏览器没有放出声音。请检查音量、耳机，以及标签页是否被静音。",
    "The browser played nothing. Check volume, headset, and whether this tab is muted."],
  toneHeard: ["听到了", "Yes"],
  toneTest: ["试听", "Play"],
  toneAgain: ["再试一次", "Play again"],
  toneMute: ["不需要声音", "No sound"],

  // Overdue
  overdueTitle: ["等待过久的客户", "Customers who wait too long"],
  overdueRed: [{ other: "{n} 位客户等待超时" }, { one: "{n} customer is overdue", other: "{n} customers are overdue" }],
  overdueAmber: [{ other: "{n} 位客户即将超时" }, { one: "{n} customer is nearly overdue", other: "{n} customers are nearly overdue" }],
  overdueOldest: ["最久：{name}，已等 {time}", "Longest: {name}, {time}"],
  overdueGo: ["去回复（最久）", "Reply to the longest"],

  // Desktop notices
  alarms: {
    waiting: ["新的待接入：{name}", "A customer is waiting: {name}"],
    received: ["已转给您：{name}", "{name} is yours now"],
    said: ["{name} 新消息", "New message from {name}"],
    aiSaid: ["{name} 新消息（AI 接待中）", "New message from {name} (with the AI)"],
    amber: [{ other: "{n} 位客户即将超时" }, { one: "{n} customer is nearly overdue", other: "{n} customers are nearly overdue" }],
    red: [{ other: "{n} 位客户等待超时" }, { one: "{n} customer is overdue", other: "{n} customers are overdue" }],
    mentioned: ["有人在 {name} 的备注中提到您", "You are mentioned at {name}"],
    reminder: ["稍后提醒到时间了：{name}", "You wanted to be reminded: {name}"],
    failed: ["给 {name} 的消息发送失败", "A message to {name} failed"],
    somebody: ["一位客户", "a customer"],
  },

  // A newer page
  newVersion: ["有新版本，空闲时刷新", "A newer version is ready. It loads when you are idle"],
  refreshNow: ["现在刷新", "Load it now"],
};
