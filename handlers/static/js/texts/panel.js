/* The words of the customer panel; a part of the catalogue in `texts.js`. */

export const PANEL_TEXTS = {
  panelTitle: ["客户资料", "Customer"],
  panelClose: ["收起客户资料 (Alt+I)", "Close the panel (Alt+I)"],
  panelSections: {
    identity: ["身份", "Who it is"], handoff: ["接待卡", "Hand-off"], goods: ["订单与商品", "Orders and products"],
    tags: ["标签", "Tags"], earlier: ["历史会话", "Earlier conversations"], about: ["客户备注", "About the customer"],
    facts: ["会话信息", "This conversation"],
  },
  sectionUp: ["上移", "Move up"],
  sectionDown: ["下移", "Move down"],
  sectionMenu: ["{name}：调整位置", "{name}: its place"],
  nothingYet: ["无", "None"],

  remark: ["备注名", "Name among us"],
  remarkPrompt: ["添加备注名", "Add a name"],
  remarkSave: ["保存", "Save"],
  customerIdIs: ["客户编号", "Customer id"],
  accountIs: ["接待账号", "Account"],
  copyOf: ["复制{name}", "Copy: {name}"],
  sessionsOfHers: [{ other: "共 {n} 次会话" }, { one: "{n} conversation", other: "{n} conversations" }],
  firstSeen: ["首次来访 {date}", "first seen {date}"],

  tagAdd: ["添加标签", "Add a tag"],
  tagPrompt: ["输入标签，回车添加", "Type a tag, Enter adds it"],
  tagRemove: ["移除标签 {name}", "Remove the tag {name}"],
  tagNew: ["新建标签“{name}”", "New tag “{name}”"],
  tagOdd: ["标签不能以 # 开头", "A tag does not begin with #"],
  tagLong: ["标签最多 {n} 个字", "{n} characters at most"],
  tagsMany: ["一个会话最多 {n} 个标签", "{n} tags at most"],

  about: ["写下这位客户的偏好、约定或注意事项，只有同事看得到", "What colleagues should know of this customer"],
  aboutSaving: ["保存中…", "Saving…"],
  aboutSaved: ["已保存", "Saved"],
  aboutUnsaved: ["没有保存：{why}", "Not saved: {why}"],
  moreEarlier: ["更多", "More"],
  earlierCount: [{ other: "{n} 条消息" }, { one: "{n} message", other: "{n} messages" }],
  panelFailed: ["没有加载到", "Could not be loaded"],

  facts: {
    source: ["来源", "Source"], created: ["开始", "Began"], asked: ["转人工", "Asked for a person"], holder: ["接待", "Held by"],
    waiting: ["客户等待", "Waiting"], messages: ["消息", "Messages"], notes: ["备注", "Notes"], ended: ["结束", "Ended"],
    id: ["会话号", "Id"],
  },
  vias: { native: ["平台直连", "direct"], gateway: ["网关", "gateway"], kf: ["微信客服", "WeChat KF"], app: ["企业应用", "WeCom app"] },
};
