/*
 * The words of the guide to joining a channel; a part of the catalogue in `texts.js`. By the name of a way: what it is
 * called and good for, what to `get` where before, what to `tell` those who call us, how to `try` it, what to `expect`.
 */

const APP = ["企业微信管理后台 → 应用管理 → 自建应用", "WeCom's console → 应用管理 → 自建应用"];
const KF = ["企业微信管理后台 → 应用管理 → 微信客服", "WeCom's console → 应用管理 → 微信客服"];
const CORP_ID = ["企业微信管理后台 → 我的企业 → 企业信息：复制企业ID。", "WeCom's console → 我的企业 → 企业信息: copy the 企业ID."];
const APP_KEYS = [
  `${APP[0]}，打开这个应用：复制 Secret；“企业可信IP”填办公室出口的公网 IP，否则回复发不出去；`
  + "在“接收消息”里生成 Token 和 EncodingAESKey，先只复制，URL 等本服务启动以后再保存。",
  `${APP[1]}, open that app: copy its Secret; put the public address of your office into 企业可信IP, or no reply `
  + "leaves; under 接收消息 generate Token and EncodingAESKey. Only copy them now: the URL is saved once "
  + "this server runs with them.",
];

const WAYS = {
  kf: {
    name: ["微信客服", "微信客服 (customers in WeChat)"],
    what: ["微信里的客户找到您的客服账号，在这里接待。", "Customers in WeChat write to your 微信客服 account, and are answered here."],
    get: [
      [`${KF[0]}：建一个客服账号。`, `${KF[1]}: make an account.`],
      ["还在那里：在“可调用接口的应用”中加入一个自建应用，再在“通过API管理微信客服账号”中把这个客服账号交给它；否则取不到也回不了消息。",
        "In the same place: list a self-built app under 可调用接口的应用, and put the account under its management "
        + "(通过API管理微信客服账号), or messages are neither fetched nor answered."],
      CORP_ID, APP_KEYS,
    ],
    tell: {
      callback: ["回到这个应用的“接收消息”，URL 填下面的地址，勾选“微信客服”的事件，再保存；企业微信会当场验证。",
        "Back under the app's 接收消息, enter this URL, tick the events of 微信客服, and save. WeCom checks it at once."],
    },
    try: ["用微信扫客服账号的二维码，发一句话；然后做体检，每一项都会说通不通、怎么办。",
      "Scan the account's code with WeChat and write a word; then run the checkup, "
      + "which says of each step whether it works."],
    expect: [
      ["这句话几秒内就会出现在工作台。", "The word appears in the workbench within seconds."],
      ["微信只允许在客户来信后 48 小时内回复，每次来信后最多 5 条；还剩多少写在会话上方。",
        "WeChat takes replies for 48 hours after a customer's message, five at most; "
        + "what is left stands above the conversation."],
      ["不要在企业微信里把会话分配给接待人员，否则这里不能回复。", "Do not hand sessions to staff in WeCom, or they cannot be answered here."],
    ],
  },
  app: {
    name: ["企业微信应用", "App of WeCom"],
    what: ["企业里的成员在企业微信里给自建应用发消息，在这里答复。", "Members of the company write to a self-built app in WeCom."],
    get: [CORP_ID, APP_KEYS],
    tell: {
      callback: ["回到这个应用的“接收消息”，URL 填下面的地址再保存；企业微信会当场验证。消息格式保持 XML。",
        "Back under the app's 接收消息, enter this URL and save. WeCom checks it at once. Leave the format at XML."],
    },
    try: ["在企业微信里给这个应用发一句话；然后做体检，每一项都会说通不通、怎么办。",
      "Write a word to the app in WeCom; then run the checkup, which says of each step whether it works."],
    expect: [
      ["这句话会成为工作台里的一个会话。", "The word becomes a conversation in the workbench."],
      ["企业微信的答复在路上丢失时，回复会显示“可能已送达”，由客服决定要不要再发。",
        "Where WeCom's answer is lost, a reply says “May have arrived”, and the "
        + "agent decides whether to send it again."],
    ],
  },
  private: {
    name: ["抖音私信", "Private messages of Douyin"],
    what: ["客户给您的抖音号发私信，在这里接待。", "Customers write private messages to your Douyin account."],
    get: [
      ["在抖音开放平台的应用里确认有 im.direct_message 权限（小程序是 im.direct_message.bind）。企业号应用的私信权限已不再接受新申请，小程序可以申请。",
        "Make sure that your app at Douyin's open platform has the scope im.direct_message (mini-apps: "
        + "im.direct_message.bind). Apps of the 企业号 kind are not granted it any more; mini-apps can apply."],
      ["在应用设置里复制 client_key 和 client_secret。小程序另有验签秘钥的，填到 {section} 的 verify_secret，并把 scopes 改成应用有的权限。",
        "Copy client_key and client_secret from the app's settings. A mini-app's 验签秘钥 goes into verify_secret of "
        + "{section}, and what scopes it has into scopes."],
      ["抖音号要授权给应用才能从这里回复，为此还要填 server.public_url：https 的外网地址；填之前先按 README 的“登录”设置登录，否则服务不会启动。",
        "To answer from here the account has to be authorised, which takes server.public_url, your https address "
        + "from outside. Set up logins first (“Logins” in the README), or the server will not start with it."],
    ],
    tell: {
      callback: ["在应用的 Webhooks 设置里填下面的地址，并订阅 im_receive_msg、im_send_msg、im_recall_msg、im_enter_direct_msg、authorize、"
        + "unauthorize；抖音会当场验证，并且只接受 https。",
        "Enter this URL in the app's Webhooks and subscribe to im_receive_msg, im_send_msg, im_recall_msg, "
        + "im_enter_direct_msg, authorize and unauthorize. Douyin checks it at once, and takes https only."],
      oauth: ["在应用设置里把授权回调地址设为：", "In the app's settings make this the 授权回调地址:"],
      authorize: ["管理员登录工作台后，在同一个浏览器打开下面的地址，用企业的抖音号扫码同意。每个抖音号做一次。",
        "Logged in to the workbench as an admin, open this in the same browser, and let the account's operator scan "
        + "and agree. Once for each account."],
    },
    try: ["用自己的抖音给这个抖音号发一条私信；然后做体检，“抖音号授权”会说还有多少天。",
      "Write to the account with a Douyin of your own; then run the checkup, which "
      + "also says for how long the grant lasts."],
    expect: [
      ["这条私信会成为工作台里的一个会话；同事在抖音 App 里的回复也会显示，之后 AI 不再插话。",
        "It becomes a conversation in the workbench. What colleagues answer in the Douyin app is shown, and the "
        + "assistant is silent then."],
      ["默认每次来信后 24 小时内最多回 6 条；可以发文字、图片和卡片，不能发语音和文件；手机号会被抖音打码。",
        "By default six replies within 24 hours of a message; texts, pictures and cards, no "
        + "voices or files. Douyin masks phone numbers."],
      ["授权快到期前一周，日志和体检会提醒，到时重新扫码。", "A week before the grant ends the log and the checkup say so: scan again."],
    ],
  },
  gateway: {
    name: ["{channel}：通过网关", "{channel} through a gateway"],
    what: ["服务商的或自己写的网关把{channel}的消息签名后转来，并接收答复。",
      "A gateway, a partner's or your own, posts {channel}'s messages here and takes the answers."],
    why: {
      douyin: ["抖店飞鸽没有公开的聊天接口，那里的客户只能由有授权的服务商通过网关转来。",
        "飞鸽 has no public chat API: its customers come through the gateway of a "
        + "partner who has access, or not at all."],
      jd: ["京东咚咚没有公开的聊天接口，没有网关就收不到、也回不了咚咚的消息。",
        "咚咚 has no public chat API: without a gateway its messages neither arrive nor can be answered."],
    },
    get: [
      ["和网关的提供方约定一个密钥，并问清网关收答复的地址。自己写网关：README 的“Writing a gateway · 网关”里有完整的例子。",
        "Agree on a secret with whoever runs the gateway, and ask where it takes answers. To write one, see “Writing "
        + "a gateway” in the README."],
    ],
    tell: { callback: ["请网关把客户的消息发到：", "Let the gateway post customers' messages to:"] },
    try: ["请网关转一条消息来；然后做体检。", "Let the gateway bring a message; then run the checkup."],
    expect: [["网关转来的消息会成为工作台里的会话，客服的回复发到网关的 /messages。",
      "What it brings becomes conversations; replies go to its /messages."]],
  },
  lookups: {
    name: ["京东：查订单和商品", "Orders and products of JD"],
    what: ["客服可以查看客户说到的订单和商品。它自己不收消息：先接好网关。",
      "Agents can look up what a customer names. It brings no messages by itself: join the gateway first."],
    get: [
      ["在京东开放平台（宙斯）建一个应用，由店铺授权给它，复制 app_key、app_secret、access_token，以及同时得到的 refresh_token。",
        "Make an application at JOS (宙斯), let the shop grant it access, and copy app_key, app_secret, access_token "
        + "and the refresh_token that came with it."],
      ["没有 refresh_token 就不写那一行：access_token 到期时要自己换新的。",
        "Without a refresh_token leave that line out: then a new access_token has to be entered when it ends."],
    ],
    tell: {},
    try: ["做体检：“京东开放平台（查订单）”会说通不通。", "Run the checkup: 京东开放平台（查订单） says whether it works."],
    expect: [
      ["客户说到订单号时，客服可以就地查看。", "Where a customer names an order, agents can look it up."],
      ["有 refresh_token 时到期前自动续期；不能再续时，日志和体检提前几天提醒。",
        "With a refresh_token it is renewed by itself; when JD prolongs it no more, "
        + "the log and the checkup say so days ahead."],
    ],
  },
  daojia: {
    name: ["京东到家", "京东到家"],
    what: ["接收京东到家的商家推送。只能收，不能从这里回复。", "Takes the merchant push of 京东到家. It cannot be answered from here."],
    get: [["在京东到家开放平台的应用里复制 app_key 和 app_secret（至少 32 位）。",
      "Copy app_key and app_secret (32 characters or more) of your application at 京东到家."]],
    tell: { callback: ["到家后台的推送地址填下面这个；京东会在后面加上 /djsw/…。",
      "Make this the push address in its console; JD adds /djsw/… to it."] },
    try: ["做体检：“收到回调”会说最近一次是什么时候。", "Run the checkup: 收到回调 says when the last push came."],
    expect: [["到家的聊天没有公开文档：能收到的会出现在工作台，答复请到京东的商家端。",
      "Its chat is undocumented: what comes is shown, and has to be answered in JD's own client."]],
  },
};

export const JOINING_TEXTS = {
  joining: {
    title: ["接入向导", "Join a channel"],
    open: ["打开接入向导", "Open the guide"],
    of: ["接入向导：{way}", "Join a channel: {way}"],
    choose: ["选一种方式，一步步照着做。设置写在 config.toml 里，这里不会改动它。",
      "Choose a way and follow its steps. Settings stand in config.toml; nothing is changed here."],
    enabled: ["已启用", "On"],
    already: ["正在运行的服务里，这种方式的设置已经填好。客户进不来时，从“体检”看起。",
      "The running server has the settings of this way. Where customers do not arrive, begin with the checkup."],
    back: ["换一种方式", "Another way"],
    config: ["用编辑器打开 config.toml，找到 {section} 这一段，把下面几项写进去，〈 〉连同里面的字换成您自己的。段名和每一项都只能出现一次，已有的就地改。",
      "Open config.toml in an editor and write these into its section {section}, with your own for what stands in 〈 "
      + "〉. The section and each line may stand there once: change those that are there."],
    check: ["在 CCS 的文件夹里运行第一行，它一次列出写错的地方；没有了，就用 Ctrl-C 结束正在运行的 CCS，再用第二行启动。Windows 上把 .venv/bin/ 写成 .venv\\Scripts\\。",
      "In the folder of CCS run the first line, which lists all that is wrong; then end the running CCS by Ctrl-C "
      + "and start it by the second. On Windows write .venv\\Scripts\\ for .venv/bin/."],
    gatewayCheck: ["自己写的网关：服务开着时运行这一行，逐项检查签名、去重和答复。",
      "A gateway of your own: run this beside the server; it checks signatures, repeats and answers."],
    examine: ["体检", "Checkup"],
    then: ["接好以后", "Then"],
    copied: ["已复制", "Copied"],
    notCopied: ["没能复制，请选中后复制", "Not copied: select it, and copy"],
    copyThis: ["{said}：{text}", "{said}: {text}"],
    reach: {
      here: {
        platform: ["{host} 只有这台电脑自己能打开，平台从外网连不到。先准备一个 https 的外网地址（反向代理、内网穿透或路由器端口映射，见 README 的“正式上线”），用它代替上面的 {base}。"
          + "把它填到 server.public_url 后，这里会直接显示；填之前先设置登录。",
          "Nobody but this machine can open {host}; platforms call from the internet. Get an https address from "
          + "outside (“Going to production” in the README) and use it instead of {base}. Once it stands in "
          + "server.public_url it is shown here; set up logins before."],
        gateway: ["{host} 只有这台电脑自己能打开。网关不在这台电脑上时，换成它能访问的地址，见 README 的“正式上线”。",
          "Nobody but this machine can open {host}. For a gateway elsewhere use an address that it can reach: see "
          + "“Going to production” in the README."],
      },
      office: {
        platform: ["{host} 是办公室里的地址，平台从外网连不到。先准备一个 https 的外网地址（反向代理、内网穿透或路由器端口映射，见 README 的“正式上线”），用它代替上面的 {base}。"
          + "把它填到 server.public_url 后，这里会直接显示；填之前先设置登录。",
          "{host} is an address inside your office; platforms call from the internet. Get an https address from "
          + "outside (“Going to production” in the README) and use it instead of {base}. Once it stands in "
          + "server.public_url it is shown here; set up logins before."],
        gateway: ["{host} 是办公室里的地址。网关在外面时，换成它能访问的地址，见 README 的“正式上线”。",
          "{host} is an address inside your office. For a gateway outside use one that it can reach: see “Going to "
          + "production” in the README."],
      },
      plain: {
        platform: ["这个地址不是 https，平台要求或建议 https：给域名配置证书，见 README 的“正式上线”。",
          "This is not https, which platforms want: get a certificate, see “Going to production” in the README."],
        gateway: ["这个地址不是 https，客户的话在路上可以被别人看到：给域名配置证书，见 README 的“正式上线”。",
          "This is not https, and others can read on the way what customers say: "
          + "see “Going to production” in the README."],
      },
    },
    demo: {
      title: ["试用模拟客户", "Try it with played customers"],
      what: ["不接渠道，先看看：程序扮演的客户会从微信、抖音、京东进来咨询。",
        "Without any channel: played customers write by WeChat, Douyin and JD."],
      get: [
        ["在 CCS 的文件夹里运行下面这一行。它不读 config.toml，也不碰现有的数据，可以和正在运行的服务同时开着。Windows 上把 .venv/bin/ 写成 .venv\\Scripts\\。",
          "Run this in the folder of CCS. It neither reads config.toml nor touches your data, and may run beside "
          + "this server. On Windows write .venv\\Scripts\\ for .venv/bin/."],
        ["在这台电脑的浏览器里打开它印出的地址（8080 端口被占用时会换一个），选“小王”。",
          "Open the address that it prints in a browser on that machine (8080, or another "
          + "port where that is taken), and choose 小王."],
        ["看够了按 Ctrl-C 结束，模拟的数据随之删除。", "End it by Ctrl-C; what was played is deleted."],
      ],
      then: ["会看到什么", "What to see"],
      expect: [["几秒钟后就有客户等人接入；接入、回复，他们看到回复会接着聊。",
        "Within seconds customers wait. Accept and answer: they read it, and go on."]],
    },
    ways: WAYS,
  },
};
