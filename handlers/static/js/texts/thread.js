/* The words of the thread: earlier sessions, notes, what can be done with a message. A part of the catalogue in `texts.js`. */

export const THREAD_TEXTS = {
  unsentDraft: ["您没有发出的草稿", "Your draft, not sent"],
  // One line of all that was said
  lastSession: ["上一次会话", "The conversation before"],
  sessionBefore: ["更早的会话", "An earlier conversation"],
  showEarlier: ["查看 {date}的会话", "Show the conversation of {date}"],
  startedAt: ["本次会话开始于 {time}", "This one began at {time}"],
  noEarlier: ["没有更早的会话了", "There is nothing before this"],
  outcome: ["{state} ({name})", "{state} ({name})"],
  toLatest: ["↓ 回到最新", "↓ To the latest"],
  noSessionHint: ["链接可能有误，会话也可能已按保留期限删除。", "The link may be wrong, or the conversation was deleted when its time was over."],
  failedShow: ["查看", "Show"],
  retryAll: ["全部重试", "Retry all"],

  // Head
  viewedBy: ["正在查看：{names}", "Looking at it: {names}"],
  calledHerself: ["昵称 {name}", "calls herself {name}"],
  threadMore: ["更多操作", "More"],
  threadMores: {
    unread: ["标为未读", "Mark as unread"], copyId: ["复制会话号", "Copy the id"], copyLink: ["复制会话链接", "Copy the link"],
    panel: ["客户资料", "Customer panel"], block: ["拉黑…", "Block…"], unblock: ["移出黑名单", "Unblock"],
  },
  panelToggle: ["客户资料", "Customer panel"],

  // A message
  messageMenu: ["消息操作", "What can be done with it"],
  messageMenus: {
    copy: ["复制", "Copy"], quote: ["引用", "Quote"], note: ["转为笔记", "Make it a note"],
    quick: ["加入快捷回复", "Add to the quick replies"], teach: ["加入知识库", "Add to the knowledge base"],
    link: ["复制链接", "Copy the link"], retry: ["重试", "Retry"],
    editNote: ["修改", "Edit"], removeNote: ["删除", "Remove"], raw: ["查看原始数据", "Show its data"], recall: ["撤回", "Take back"],
  },
  rawTitle: ["消息的原始数据", "The data of the message"],
  rawCopy: ["复制全部", "Copy all"],
  seeOn: ["此类型请在{client}查看", "To be seen in {client}"],
  copyPlace: ["复制地址", "Copy the address"],
  openMap: ["在地图中打开", "Open a map"],

  // Notes
  insideOnly: ["仅内部可见", "Only colleagues see this"],
  noteSending: ["保存中…", "Saving…"],
  noteFailed: ["备注没有保存", "The note was not saved"],
  noteSave: ["保存", "Save"],
  noteEdit: ["修改备注", "Edit the note"],
  noteEdited: ["已修改", "edited"],
  noteFormer: ["原来写的：{text}", "Before: {text}"],
  noteRemoved: ["{name} 删除了一条备注 · {time}", "{name} removed a note · {time}"],
  noteRemoveSure: ["删除后同事不再看到内容。确定删除？", "Colleagues will no longer see it. Remove it?"],
  noteRemoveYes: ["删除", "Remove"],
  givenUp: ["发送失败，已删除", "Not delivered, and given up"],

  // Voices and pictures
  voicePlay: ["播放{name}", "Play: {name}"],
  voicePause: ["暂停{name}", "Pause: {name}"],
  voiceSeek: ["播放位置", "Position"],
  transcript: ["平台转写", "As the platform heard it"],
  voiceSpeed: ["播放速度 {n} 倍，点按切换", "Speed {n}×, press to change"],
  turnRight: ["向右旋转 (R)", "Turn right (R)"],
};
