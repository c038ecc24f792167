/* The words for what the assistant hands over, and for what its answers rest on; a part of the catalogue in `texts.js`. */

export const ASSISTANT_TEXTS = {
  reasons: {
    assistant_off: ["AI 未启用", "the AI is off"], keyword: ["客户要求人工", "the customer asked for a person"],
    asked: ["客户想找人工", "the customer wants a person"],
    low_confidence: ["AI 没有把握回答", "the AI was not sure of its answer"],
    failed_answers: ["AI 多次答不上来", "the AI had no answer"],
    forbidden_topic: ["涉及只能由人工答复的话题", "only people speak of this"],
    angry: ["客户情绪激动", "the customer is upset"],
    off_hours: ["AI 不在工作时间", "the AI is off duty"],
    assistant_error: ["AI 出错", "the AI failed"],
    assistant_timeout: ["AI 没能及时回答", "the AI took too long"],
    budget: ["AI 用量已到上限", "what the AI may cost is spent"],
    transferred: ["由客服转回", "handed back by an agent"],
    staff_answered: ["同事已在平台客户端答复", "a colleague answered in the platform's own app"],
    cannot_reply: ["AI 的回复没能送达客户", "the AI could not reach the customer"],
  },
  moods: { calm: ["平静", "Calm"], impatient: ["着急", "Impatient"], angry: ["生气", "Angry"] },
  handoff: {
    title: ["接待卡", "Hand-off"], wants: ["客户诉求", "Wants"], tried: ["已做", "Tried"], open: ["待办", "Open"],
    orders: ["订单", "Orders"], products: ["商品", "Products"], phones: ["电话", "Phones"], draft: ["AI 草稿", "Draft"],
  },
  useDraft: ["使用草稿", "Use the draft"],
  useDraftHint: ["放进输入框，不会发送", "Puts it into the reply; sends nothing"],
  draftLater: ["接入后可以使用", "To be used once you have accepted"],

  // What an answer rests on
  basis: ["依据", "Basis"],
  confidence: ["置信度 {n}%", "{n}% sure"],
  noSources: ["没有引用知识库", "Rests on no entry"],
  holding: ["请客户稍候的话，不是回答", "Asks to wait; no answer"],
  model: ["模型 {name}", "Model {name}"],
  took: ["用时 {n} 秒", "{n} s"],
  tokens: ["{n} 个 token", "{n} tokens"],
};
