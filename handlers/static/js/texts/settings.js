/* Words of the settings an agent has for herself. */

export const SETTINGS_TEXTS = {
  settings: ["设置", "Settings"],
  settingsOf: { notify: ["通知与声音", "Notices and sound"], keys: ["快捷键", "Keyboard"], look: ["外观", "Look"] },

  // Telling
  toneSettings: ["提示音", "Tones"],
  soundHere: ["在这台电脑上播放提示音", "Play tones on this computer"],
  volume: ["音量", "Volume"],
  timbre: ["音色", "Tone"],
  timbres: { clear: ["清脆", "Clear"], soft: ["柔和", "Soft"], deep: ["低沉", "Deep"] },
  quietOffDuty: ["离岗时不打扰", "Nothing while I am off duty"],
  quietAi: ["AI 接待中的会话不提醒", "Nothing of what the AI answers"],
  desktopSettings: ["桌面通知", "Desktop notices"],
  desktopPhases: {
    unknown: ["", ""],
    default: ["浏览器还没有允许桌面通知。", "The browser does not allow desktop notices yet."],
    granted: ["浏览器已允许桌面通知。", "The browser allows desktop notices."],
    denied: ["浏览器禁止了本站的通知。点击地址栏左侧的图标，把“通知”改为“允许”。",
      "The browser forbids them for this site. Click the icon left of the address and allow notifications."],
    missing: ["这个浏览器没有桌面通知。", "This browser has no desktop notices."],
    insecure: ["本页通过 http 打开，浏览器禁止桌面通知。请管理员为服务器启用 https；或在 Chrome 的 chrome://flags/#unsafely-treat-insecure-origin-as-secure 中填入 {origin} 后重启浏览器。",
      "The page came by plain http, and browsers forbid desktop notices there. Have the server use https, or enter {origin} at chrome://flags/#unsafely-treat-insecure-origin-as-secure."],
  },
  desktopAllow: ["允许桌面通知", "Allow desktop notices"],
  desktopOn: ["我在看别的窗口时，弹出桌面通知", "Show them while I look at another window"],
  discreet: ["隐藏客户名和内容", "Hide customers' names and words"],
  eventSettings: ["提醒哪些事", "What I am told of"],
  ways: { sound: ["声音", "Sound"], desktop: ["桌面", "Desktop"] },
  events: {
    waiting: ["新的待接入", "A customer waits"], received: ["会话转给我", "A conversation becomes mine"],
    said: ["我的客户来消息", "My customer writes"], reading: ["正在看的会话来消息", "… in the conversation I read"],
    aiSaid: ["AI 接待中的客户来消息", "A customer writes to the AI"], amber: ["客户即将超时", "A customer is nearly overdue"],
    red: ["客户等待超时", "A customer is overdue"], mentioned: ["备注中提到我", "I am mentioned in a note"],
    reminder: ["稍后提醒", "A reminder is due"], failed: ["消息发送失败", "A message failed"],
    line: ["连接断开超过 30 秒", "The line is lost for 30 seconds"],
  },

  // Keys
  keysNote: ["点击右侧按键，再按下新的组合。Esc 取消。", "Click a key on the right, then press another. Esc cancels."],
  pressKey: ["请按下新的快捷键…", "Press a key…"],
  noKey: ["未设置", "None"],
  changeKeyOf: ["更改“{text}”的快捷键", "Change the key of “{text}”"],
  replaceKey: ["替换", "Replace"],
  usualKey: ["恢复默认", "Usual"],
  usualKeys: ["全部恢复默认", "All as usual"],
  keyFaults: {
    taken: ["已用于“{text}”", "Already used: “{text}”"],
    browser: ["浏览器占用了这个键", "The browser keeps this key for itself"],
    plain: ["请加上 Alt 或 Ctrl，否则会打断输入", "Add Alt or Ctrl, or it would be typed"],
  },

  // Look
  lookNote: ["外观只对这台电脑生效。", "The look is of this computer only."],
};
