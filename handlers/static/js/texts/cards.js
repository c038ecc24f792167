/* The words for cards, look-ups, recalls and pictures; a part of the catalogue in `texts.js`. */

export const CARD_TEXTS = {
  // Cards in the thread
  yuan: ["{price} 元", "¥{price}"],
  numbers: { product: ["商品编号", "Product"], order: ["订单号", "Order"], parcel: ["运单号", "Parcel"] },
  noPicture: ["没有图片", "No picture"],
  copy: ["复制", "Copy"],
  copyNumber: ["复制{kind} {number}", "Copy {kind} {number}"],
  copied: ["已复制 {text}", "Copied {text}"],
  notCopied: ["浏览器不允许复制，请手动选中后按 Ctrl+C", "The browser does not allow it. Select it and press Ctrl+C"],

  // Looking up
  lookUp: { orders: ["订单 {number}", "Order {number}"], products: ["商品 {number}", "Product {number}"] },
  lookUpShow: ["查看", "Look up"],
  lookUpHide: ["收起", "Hide"],
  lookingUp: ["正在向平台查询…", "Asking the platform…"],
  lookUpLost: ["没有收到答复，请重试", "No answer came. Try again"],
  order: {
    created: ["下单时间", "Ordered"], total: ["总价", "Total"], paid: ["应付", "To pay"], remark: ["客户备注", "Remark"],
    parcels: ["运单号", "Parcels"],
  },
  items: ["{title} × {count}", "{title} × {count}"],
  openProduct: ["打开商品页", "Open its page"],

  // Taking back
  recall: ["撤回", "Take back"],
  recallSure: ["从客户那里撤回这条消息？", "Take this back from the customer?"],
  recallYes: ["确定撤回", "Take it back"],
  recalling: ["正在撤回…", "Taking it back…"],

  // Cards to send
  sendCard: ["发送商品、订单或链接", "Send a product, an order or a link"],
  sendOne: ["发送{kind}", "Send: {kind}"],
  cardKind: ["类型", "Kind"],
  cardFields: {
    number: ["编号", "Number"], title: ["标题", "Title"], price: ["价格（元）", "Price (元)"], state: ["订单状态", "State"],
    url: ["链接地址", "Address"], desc: ["说明", "Description"], cover: ["封面图", "Cover picture"],
  },
  cardNumbers: { product: ["商品编号", "Product number"], order: ["订单号", "Order number"] },
  cardFill: ["从平台读取", "Fill from the platform"],
  cardPreview: ["客户会看到", "The customer will see"],
  cardFaults: {
    number: ["请填写编号，客户要靠它找到商品或订单", "Fill in the number, by which the customer finds it"],
    numberLong: ["编号最多 64 个字", "At most 64 characters"],
    price: ["价格只能是数字，最多两位小数，例如 299.00", "A price is a number with up to two decimals, such as 299.00"],
    url: ["链接必须以 http:// 或 https:// 开头", "It must begin with http:// or https://"],
    title: ["请填写标题", "Fill in a title"],
    titleLong: ["标题过长，请缩短到 {n} 字以内", "Too long; at most {n} characters"],
    descLong: ["说明过长，请缩短到 {n} 字以内", "Too long; at most {n} characters"],
    cover: ["请选择一张 JPG 或 PNG 封面图，不超过 {n} MB", "Choose a JPG or PNG of at most {n} MB"],
  },
  cardSending: ["正在上传封面图…", "Uploading the cover…"],
  noCardsHere: ["现在不能发送卡片", "Cards cannot be sent now"],

  // Pictures
  before: ["上一张", "The one before"],
  after: ["下一张", "The next one"],
  place: ["{n} / {all}", "{n} / {all}"],
  zoomIn: ["放大", "Larger"],
  zoomOut: ["缩小", "Smaller"],
};
