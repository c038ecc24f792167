/* The words of where a reply or a note is written, and of quick replies; a part of the catalogue in `texts.js`. */

export const COMPOSER_TEXTS = {
  modesTitle: ["写给谁", "Written to whom"],
  modes: { reply: ["回复", "Reply"], note: ["内部备注", "Note"] },
  modeDraft: ["有草稿", "Has a draft"],
  reply: ["回复 {name}", "Reply to {name}"],
  replyPrompt: ["输入回复，/ 选快捷回复，# 选订单或商品…", "Write a reply… / quick replies, # orders"],
  replyHints: {
    enter: ["Enter 发送 · Shift+Enter 换行", "Enter sends · Shift+Enter for a new line"],
    ctrl: ["Ctrl+Enter 发送 · Enter 换行", "Ctrl+Enter sends · Enter for a new line"],
  },
  send: ["发送", "Send"],
  tooLong: ["超出 {n} 字", "{n} too many"],
  used: { bytes: ["{used} / {most} 字节", "{used} / {most} bytes"], characters: ["{used} / {most} 字", "{used} / {most}"] },
  stop: ["；", "; "],

  // Notes
  noteLabel: ["内部备注", "Note for colleagues"],
  noteOnly: ["仅内部可见，不会发给客户", "For colleagues only; the customer never sees it"],
  notePrompt: ["写给同事的备注，@ 提醒同事，# 选订单…", "A note for colleagues… @ tells one, # orders"],
  noteHints: {
    enter: ["Enter 保存 · Shift+Enter 换行", "Enter saves · Shift+Enter for a new line"],
    ctrl: ["Ctrl+Enter 保存 · Enter 换行", "Ctrl+Enter saves · Enter for a new line"],
  },
  noteSend: ["保存备注", "Save the note"],
  writeNote: ["写备注", "Write a note"],
  mention: ["提醒同事", "Mention a colleague"],
  colleagues: ["同事", "Colleagues"],

  // Why nothing can be written
  heldBy: ["当前由 {name} 接待", "{name} holds this conversation"],
  askedHint: [
    "备注里提到了您：可以查看和写备注，由 {name} 回复客户", "A note names you: read along and answer by a note; {name} replies to the customer",
  ],
  answersHere: ["AI 正在接待，接管后由您回复", "The AI is answering. Take over to reply yourself"],
  takeOverAsked: ["发送后由您接待这位客户，AI 不再回答", "Once it is sent the customer is yours, and the AI stops answering"],
  takeOverSend: ["接管并发送", "Take over and send"],
  heldByNobody: ["客户正在等待接入", "The customer is waiting"],
  heldByNobodyBlocked: ["客户已拉黑，无需接入", "The customer is blocked and need not be accepted"],
  heldByNobodyHint: ["接入后才能回复", "Accept to reply"],
  closedWhy: ["会话已结束，不能重新打开", "It has ended, and is not opened again"],
  closedHint: ["客户再次来信时会开启新会话。现在可以写备注。", "The customer's next message opens a new one. Until then you can leave a note."],
  closedGoesOn: ["客户已经开始了新的会话。", "The customer has begun a new one."],
  goOn: ["打开新会话", "Open the new one"],
  supervising: ["当前由 {name} 接待，您以主管身份回复", "{name} holds it. You reply as a supervisor"],

  // Drafts
  otherDraft: ["另一处写了不同的草稿，已保留较新的这份。", "Another draft was written elsewhere; this one is the newer."],
  otherRestore: ["恢复另一份", "Take the other one"],
  otherDrop: ["不需要了", "Not needed"],

  // Before it goes
  forbidden: {
    block: ["“{word}”不能发送", "“{word}” must not be sent"],
    blockBecause: ["“{word}”不能发送：{reason}", "“{word}” must not be sent: {reason}"],
    warn: ["“{word}”请再确认", "Check “{word}”"],
    warnBecause: ["“{word}”请再确认：{reason}", "Check “{word}”: {reason}"],
  },
  blanksLeft: ["还有没填的内容：{names}（按 Tab 跳到下一处）", "Still to be filled in: {names} (Tab goes to the next)"],
  saidLately: ["刚刚发过相同的内容，再按一次发送键就会再发一遍", "You said the same just now. Send once more to say it again"],
  sendAnyway: ["仍然发送", "Send it all the same"],
  sendNot: ["返回修改", "Change it"],
  waitingToGo: ["即将发送：{text}", "About to be sent: {text}"],
  queued: {
    line: ["等待网络，恢复后自动发出：{text}", "Goes out once the line is back: {text}"],
    held: ["等待上一条发出：{text}", "Waits for the one before: {text}"],
  },
  queuedDrop: ["取消发送", "Do not send it"],
  queuedLeave: ["取消发送，放回输入框", "Do not send it; put it back into the reply"],
  sendNow: ["立即发送", "Send now"],
  endWaits: ["还有回复没有发出，与 {name} 的会话没有结束", "A reply has not left yet, so the conversation with {name} was not ended"],
  notKeptHere: ["刷新页面后需要重新添加", "Has to be added again after a reload"],

  // How she sends
  sending: {
    title: ["发送设置", "How to send"], keyTitle: ["发送键", "Key"], afterTitle: ["发送后", "After sending"],
    undoTitle: ["3 秒内可撤销", "Undo for 3 seconds"],
    key: { enter: ["Enter", "Enter"], ctrl: ["Ctrl+Enter", "Ctrl+Enter"] },
    after: { stay: ["留在当前会话", "Stay here"], next: ["去下一个待回复的会话", "Go to the next who waits for me"] },
    undo: { on: ["开启", "On"], off: ["关闭", "Off"] },
  },

  emoji: ["表情", "Emoji"],
  emojis: {
    recent: ["最近使用", "Recent"], faces: ["表情", "Faces"], hands: ["手势", "Hands"], things: ["物品", "Things"],
  },

  // Orders and products after a #
  goodsNamed: ["订单和商品", "Orders and products"],
  goodsHint: ["{sending}（输入 # 选这个会话里的订单或商品）", "{sending} (# offers what this conversation is about)"],
  goodsNone: ["这个会话里还没有提到订单或商品", "No order or product was named in this conversation yet"],
  goodsNoneFits: ["没有符合的订单或商品", "No order or product fits"],

  // Quick replies
  quickReplies: ["快捷回复", "Quick replies"],
  quickHint: ["快捷回复（输入 / 也可以打开）", "Quick replies (or type /)"],
  quickKeys: ["↑↓ 选择 · Enter 使用 · Esc 关闭", "↑↓ choose · Enter uses · Esc closes"],
  quickManage: ["管理快捷回复", "Manage quick replies"],
  quickNone: ["还没有快捷回复，点“管理快捷回复”新建", "No quick replies yet; add some under Manage"],
  quickNoneYet: ["还没有快捷回复", "No quick replies yet"],
  quickNoneFits: ["没有符合的快捷回复", "No quick reply fits"],
  quickMore: ["这里只列出前 {n} 条，其余请输入文字查找", "Only the first {n} are listed; seek to find the others"],
  quickFailed: ["快捷回复没有加载出来", "Quick replies could not be loaded"],
  quickNoPicture: ["快捷回复的图片没有取到，请手动添加", "The quick reply's picture could not be fetched; attach it yourself"],
  quickScopes: { personal: ["个人", "Personal"], group: ["小组", "Group"], all: ["全员", "Everyone"] },
  quickAll: ["全部", "All"],
  quickSeek: ["按标题、拼音、快捷码或内容查找", "Find by title, pinyin, shortcut or words"],
  quickNew: ["新建", "New"],
  quickImport: ["导入", "Import"],
  quickExport: ["导出", "Export"],
  quickCount: [{ other: "{n} 条" }, { one: "{n} reply", other: "{n} replies" }],
  quickChoose: ["从左边选一条修改，或新建一条。", "Choose one to change it, or make a new one."],
  quickFields: {
    title: ["标题", "Title"], shortcut: ["快捷码（可不填）", "Shortcut (may be empty)"], content: ["内容", "Words"],
    scope: ["谁可以用", "Who may use it"], group: ["小组", "Group"], channels: ["渠道（不选为全部）", "Channels (none is all)"],
    folder: ["文件夹（可不填）", "Folder (may be empty)"], image: ["图片（可不填）", "Picture (may be empty)"],
  },
  quickVariables: ["插入会自动填写的内容", "Put in what is filled by itself"],
  quickReadOnly: ["只有主管可以修改共用的快捷回复", "Only supervisors change shared quick replies"],
  quickMissing: ["请填写标题和内容", "Give it a title and words"],
  quickSave: ["保存", "Save"],
  quickUnsaved: ["还没有保存；再操作一次就放弃修改", "Not saved yet. Do it again to drop your changes"],
  quickSaved: ["已保存", "Saved"],
  quickDelete: ["删除", "Delete"],
  quickDeleteSure: ["确定删除？", "Delete it?"],
  quickDropPicture: ["移除图片", "Take the picture away"],
  quickClose: ["关闭", "Close"],
  quickBack: ["返回列表", "Back to the list"],
  quickCsv: ["CSV 文件", "CSV file"],
  quickCsvHint: ["表头：标题,内容,快捷码,文件夹,渠道。同标题的会更新；有一行出错就全部不导入。",
    "Header: title,content,shortcut,folder,channels. The same title is changed; if one line is wrong, nothing is imported."],
  quickImported: ["新增 {added} 条，更新 {changed} 条", "{added} added, {changed} changed"],
  quickFault: ["第 {line} 行：{message}", "Line {line}: {message}"],
  quickFaults: [{ other: "有 {n} 行需要修改，没有导入：" }, {
    one: "{n} line has to be put right; nothing was imported:", other: "{n} lines have to be put right; nothing was imported:",
  }],
};
