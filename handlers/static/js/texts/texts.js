/*
 * Every word of the page, in Chinese and English side by side, and how times and numbers are said.
 *
 * `words(lang)` gives a function: `w("newMessages", {n: 3})`. Where a number decides the form, an entry is an object of
 * plural forms (`Intl.PluralRules`) instead of a text.
 */

import { ASSISTANT_TEXTS } from "./assistant.js";
import { CARD_TEXTS } from "./cards.js";
import { LIST_TEXTS } from "./list.js";
import { COMMAND_TEXTS } from "./commands.js";
import { FRAME_TEXTS } from "./frame.js";
import { JOINING_TEXTS } from "./joining.js";
import { COMPOSER_TEXTS } from "./composer.js";
import { PLATFORM_TEXTS } from "./platform.js";
import { SEARCH_TEXTS } from "./search.js";
import { SETTINGS_TEXTS } from "./settings.js";
import { PANEL_TEXTS } from "./panel.js";
import { THREAD_TEXTS } from "./thread.js";

const TEXTS = {
  ...ASSISTANT_TEXTS,
  ...CARD_TEXTS,
  ...LIST_TEXTS,
  ...COMMAND_TEXTS,
  ...FRAME_TEXTS,
  ...JOINING_TEXTS,
  ...COMPOSER_TEXTS,
  ...PLATFORM_TEXTS,
  ...SEARCH_TEXTS,
  ...SETTINGS_TEXTS,
  ...PANEL_TEXTS,
  ...THREAD_TEXTS,
  product: ["多渠道客服", "Customer service"],

  // Line
  lineOk: ["已连接", "Connected"],
  lineConnecting: ["连接中…", "Connecting…"],
  lineWaiting: ["重连中 {n} 秒", "Reconnecting in {n} s"],
  lineLost: ["连接已断开", "Connection lost"],
  lineBack: ["连接已恢复", "Connection is back"],
  lineOffline: ["离线", "Offline"],
  lineStale: ["数据可能不是最新", "May be out of date"],
  refresh: ["刷新", "Refresh"],
  retryNow: ["立即重连", "Reconnect now"],

  // Who I am
  login: ["登录", "Log in"],
  loginTitle: ["登录工作台", "Log in to the workbench"],
  loginAgain: ["登录已过期，请重新登录。草稿和页面都会保留。", "Your login has ended. Log in again; drafts and page stay."],
  csId: ["客服编号", "Agent id"],
  password: ["密码", "Password"],
  tooManyTries: ["尝试次数过多，请 {n} 秒后再试", "Too many tries. Try again in {n} s"],
  chooseTitle: ["选择身份", "Who are you?"],
  chooseHint: ["本机未启用登录，请选择您的身份。", "This server asks for no login. Choose who you are."],
  chooseFree: ["还没有客服名单，请输入您的客服编号。", "There is no list of agents yet. Enter your agent id."],
  chooseRule: ["1–64 位字母、数字或 _ . @ -", "1 to 64 letters, digits or _ . @ -"],
  enter: ["进入工作台", "Enter"],
  notKnown: ["服务器不认识“{id}”，请重新选择。", "The server does not know “{id}”. Choose again."],
  unreachable: ["连不上服务器，正在重试…", "Cannot reach the server, trying again…"],
  roles: { agent: ["客服", "Agent"], supervisor: ["主管", "Supervisor"], admin: ["管理员", "Admin"] },

  // Menu
  language: ["语言", "Language"],
  theme: ["外观", "Theme"],
  themes: { system: ["跟随系统", "System"], light: ["浅色", "Light"], dark: ["深色", "Dark"] },
  density: ["密度", "Density"],
  densities: { comfortable: ["舒适", "Comfortable"], compact: ["紧凑", "Compact"] },
  switchIdentity: ["切换身份", "Switch identity"],
  logout: ["退出登录", "Log out"],

  // List
  sessions: ["会话", "Conversations"],
  tabs: {
    pending: ["待接入", "Waiting"], mine: ["我的", "Mine"], ai: ["AI 接待中", "AI"], all: ["全部", "All"],
    closed: ["已结束", "Closed"],
  },
  channels: { wechat: ["微信", "WeChat"], douyin: ["抖音", "Douyin"], jd: ["京东", "JD"] },
  filterChannels: ["按渠道筛选", "Filter by channel"],
  badges: { wechat: ["微", "W"], douyin: ["抖", "D"], jd: ["京", "J"] },
  titleUnread: ["未读", "Unread"],
  titleBoth: ["待接入 {waiting} · 未读 {unread}", "{waiting} waiting · {unread} unread"],
  accept: ["接入", "Accept"],
  takeOver: ["接管", "Take over"],
  unread: [{ other: "{n} 条未读" }, { one: "{n} unread", other: "{n} unread" }],
  waited: ["已等待 {time}", "Waiting for {time}"],
  draft: ["草稿:", "Draft:"],
  failed: [{ other: "{n} 条发送失败" }, { one: "{n} not delivered", other: "{n} not delivered" }],
  prefixAi: ["AI: ", "AI: "],
  prefixMe: ["我: ", "Me: "],
  prefixAgent: ["{name}: ", "{name}: "],
  noWords: ["由 {name} 接待", "Held by {name}"],
  updates: [{ other: "{n} 条更新 ↑" }, { one: "{n} update ↑", other: "{n} updates ↑" }],
  noMore: ["没有更多了", "That is all"],
  loading: ["加载中…", "Loading…"],
  loadFailed: ["加载失败", "Could not load"],
  retry: ["重试", "Retry"],
  empties: {
    pending: ["没有等待的客户 🎉", "Nobody is waiting 🎉"], mine: ["您还没有接待中的会话", "You hold no conversation"],
    ai: ["AI 没有接待中的会话", "The AI talks to nobody"], all: ["没有进行中的会话", "No open conversation"],
    closed: ["还没有已结束的会话", "No closed conversation yet"],
  },
  emptyHints: {
    pending: ["新客户转人工后会出现在这里，并响铃提醒。", "Customers who ask for a person appear here, with a tone."],
    mine: ["接入或接管的会话会出现在这里。", "What you accept or take over appears here."],
    ai: ["客户来信后，AI 会先接待。", "When a customer writes, the AI answers first."],
    all: ["客户从微信、抖音或京东来信后，会话就会出现。", "When a customer writes, the conversation appears."],
    closed: ["结束的会话会保留在这里。", "Conversations stay here after they end."],
  },
  stillWaiting: [{ other: "待接入还有 {n} 个" }, { one: "{n} customer is waiting", other: "{n} customers are waiting" }],
  acceptNext: ["接入下一个", "Accept the next"],

  // Thread
  nothingOpen: ["选择一个会话", "Choose a conversation"],
  nothingOpenHint: ["从左侧列表打开会话；打开并不会接入。", "Open one from the list. Opening does not accept it."],
  back: ["返回列表", "Back to the list"],
  states: { ai: ["AI 接待中", "With the AI"], pending: ["待接入", "Waiting"], closed: ["已结束", "Closed"] },
  stateMine: ["人工 · 我", "With me"],
  stateOther: ["人工 · {name}", "With {name}"],
  account: ["账号 {id}", "Account {id}"],
  transfer: ["转接", "Transfer"],
  toQueue: ["回到待接入队列", "Back to the queue"],
  release: ["转回 AI", "Back to AI"],
  close: ["结束", "End"],
  ending: ["正在结束…", "Ending…"],
  ai: ["AI", "AI"],
  me: ["我", "Me"],
  notes: {
    asked: ["转人工", "A person is asked for"], accepted: ["{by} 接入了会话", "{by} accepted"],
    takenOver: ["{by} 从 AI 接管了会话", "{by} took over from the AI"],
    released: ["{from} 转回了 AI", "{from} handed back to the AI"],
    queued: ["{from} 转回了待接入队列", "{from} put it back in the queue"],
    transferred: ["改由 {by} 接待", "{by} holds it now"], closed: ["会话已结束", "Conversation ended"],
  },
  because: ["{note}：{reason}", "{note}: {reason}"],
  newDivider: ["以下为新消息", "New messages"],
  newMessages: [{ other: "↓ {n} 条新消息" }, { one: "↓ {n} new message", other: "↓ {n} new messages" }],
  toBottom: ["↓ 回到底部", "↓ To the end"],
  start: ["会话开始", "Start of the conversation"],
  said: ["{name} 新消息：{text}", "New message from {name}: {text}"],
  types: {
    image: ["图片", "Image"], voice: ["语音", "Voice"], video: ["视频", "Video"], file: ["文件", "File"],
    location: ["位置", "Location"], link: ["链接", "Link"], product: ["商品", "Product"], order: ["订单", "Order"],
    emoji: ["表情", "Sticker"], ...PLATFORM_TEXTS.types,
  },
  otherType: ["其他类型：{type}", "Other type: {type}"],
  platformTime: ["平台时间 {time}", "Platform time {time}"],
  deliveries: {
    queued: ["等待网络", "Waiting for the line"], held: ["等待上一条", "Waiting for the one before"],
    waiting: ["即将发送", "About to be sent"], uploading: ["上传中", "Uploading"], sending: ["发送中", "Sending"], sent: ["已发送", "Sent"],
    failed: ["失败", "Failed"], refused: ["未发送", "Not sent"], unconfirmed: ["未确认", "Unconfirmed"],
    uncertain: ["可能已送达", "May have arrived"],
  },
  unconfirmedWhy: ["没有收到服务器的答复，重试不会重复发送", "The server did not answer. A retry is not sent twice"],
  discard: ["删除", "Delete"],
  notYours: [
    "只有本人、主管和备注里提到的同事可以查看。要一起处理，可以请 {name} 在备注里 @您，或转接给您",
    "Only {name}, supervisors and colleagues whom a note names may read it. {name} can name you in one, or hand it to you",
  ],
  noSession: ["会话不存在或无权查看", "No such conversation, or it is not yours to see"],
  toList: ["返回列表", "Back to the list"],

  // Toasts
  takenBy: ["已被 {name} 接入", "{name} accepted it"],
  notDone: ["操作没有完成：{why}", "That did not work: {why}"],
  noAnswer: ["没有收到答复，不确定是否完成", "No answer came, so it is not certain that it was done"],
  endsSoon: ["即将结束与 {name} 的会话", "The conversation with {name} is about to end"],
  undo: ["撤销", "Undo"],
  nobodyWaits: ["没有等待的客户", "Nobody is waiting"],
  received: ["已转给您：{name}", "{name} is yours now"],
  lostTo: ["{name} 改由 {by} 接待", "{by} holds {name} now"],
  ringing: ["新的待接入：{name}", "A customer is waiting: {name}"],
  dismiss: ["关闭提示", "Dismiss"],
};

/** What a command is called now. */
export function commandText(w, command, state) {
  const { key, tab } = command.words(state);
  return tab ? w(key, { tab: w(`tabs.${tab}`) }) : w(key);
}

const LANGS = ["zh-CN", "en"];
const made = new Map();

/** The language of ours that fits a browser's. */
export const fitting = (lang) => (/^zh/i.test(lang) ? "zh-CN" : "en");

export const LANGUAGES = { "zh-CN": "中文", en: "English" };

export function words(lang) {
  if (!made.has(lang)) made.set(lang, make(lang));
  return made.get(lang);
}

function make(lang) {
  const column = LANGS.indexOf(lang);
  const plural = new Intl.PluralRules(lang);
  const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const full = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "medium" });
  const day = new Intl.DateTimeFormat(lang, { month: "long", day: "numeric", weekday: "short" });
  const short = new Intl.DateTimeFormat(lang, { month: "numeric", day: "numeric" });
  const monthDay = new Intl.DateTimeFormat(lang, { month: "long", day: "numeric" });
  const year = new Intl.DateTimeFormat(lang, { dateStyle: "long" });
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });

  const forms = new Map(); // by key; rows and bubbles ask for the same few again and again

  /** `key` may lead into a group: `tabs.mine`. */
  function w(key, params = {}) {
    if (!forms.has(key)) forms.set(key, key.split(".").reduce((found, name) => found?.[name], TEXTS)[column]);
    const form = forms.get(key);
    const text = typeof form === "string" ? form : form[plural.select(params.n)] ?? form.other;
    return text.includes("{") ? text.replace(/\{(\w+)\}/g, (_, name) => String(params[name])) : text;
  }
  w.lang = lang;
  w.knows = (key) => Array.isArray(key.split(".").reduce((found, name) => found?.[name], TEXTS));
  w.time = (at) => clock.format(at);
  w.full = (at) => full.format(at);
  w.day = (at, now) => {
    const days = dayNumber(at) - dayNumber(now);
    if (days > -2 && days < 2) return relative.format(days, "day");
    return new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : year.format(at);
  };
  w.moment = (at, now) => (dayNumber(at) === dayNumber(now) ? clock.format(at) : `${w.day(at, now)} ${clock.format(at)}`);
  w.date = (at, now) => (new Date(at).getFullYear() === new Date(now).getFullYear() ? monthDay : year).format(at);
  w.span = (ms) => {
    const minutes = Math.floor(ms / 60_000);
    if (minutes < 1) return w("spans.moment");
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return hours ? w("spans.hours", { hours, rest }) : w("spans.minutes", { rest });
  };
  w.size = (bytes) => (bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${Number((bytes / 1024 / 1024).toFixed(1))} MB`);
  w.brief = (at, now) => (dayNumber(at) === dayNumber(now) ? clock.format(at) : short.format(at));
  return w;
}

/** Days since 1970 where the reader is. */
export function dayNumber(at) {
  const date = new Date(at);
  return Math.floor((at - date.getTimezoneOffset() * 60_000) / 86_400_000);
}

/** A wait as a clock that runs: 0:42, 1:02:09. */
export function stopwatch(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
