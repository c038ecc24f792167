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

  // Help with a reply
  helpRow: ["AI 帮写", "The AI helps"],
  suggest: ["建议回复", "Suggest"],
  suggestHint: ["AI 写几条回复供您选用，不会发送", "Writes some replies to choose from; sends nothing"],
  summarize: ["总结", "Sum up"],
  summarizeHint: ["总结这次对话", "Sums up this conversation"],
  polish: ["润色", "Polish"],
  polishHint: ["改写输入框里的文字，可以恢复原文", "Rewrites your reply; you can have yours back"],
  polishNothing: ["先在输入框里写几个字", "Write something first"],
  polishNoModel: ["没有接入语言模型，不能润色", "No language model is set up, so nothing can be polished"],
  manners: {
    politer: ["更礼貌", "Politer"], shorter: ["更简短", "Shorter"], longer: ["更详细", "Longer"], fix: ["改错别字", "Fix typos"],
  },
  helpBusy: {
    suggest: ["正在写建议回复…", "Writing suggestions…"], polish: ["正在润色…", "Polishing…"],
    summary: ["正在总结…", "Summing up…"],
  },
  helpReady: {
    suggest: ["建议回复写好了", "There are suggestions"], polish: ["润色好了，您已改动原文，请自行选用", "Polished; yours has changed since"],
    summary: ["总结写好了", "There is a summary"],
  },
  helpLost: ["没有收到服务器的答复，请再试一次", "The server did not answer. Try again"],
  helpClose: ["收起", "Put away"],
  noSuggestions: ["没有可以建议的回复：知识库里没有相近的问题", "Nothing to suggest: the knowledge base has no such question"],
  helpMark: ["AI 写的，请看过再发送", "Written by the AI. Read it before you send it"],
  helpUndo: ["恢复原文", "Have mine back"],
  helpTakeOut: ["清除", "Take it out"],
  doubts: ["请核对：{what}", "Check: {what}"],
  summary: ["对话总结", "Summary"],
  summaryByRules: ["对话摘录（没有接入语言模型）", "Excerpt (no language model is set up)"],
  copySummary: ["复制总结", "Copy the summary"],

  // Handing back
  releaseTitle: ["转回 AI", "Back to the AI"],
  conclusion: ["处理结果（可不填）", "What came of it (may be empty)"],
  conclusionHint: ["填了，AI 就知道前面的问题已经处理好，并按这个结果回答；不会发给客户。",
    "With it the AI takes what was asked so far as settled, and answers by it. The customer is not told."],
  conclusionExample: ["例如：已补发，运单号已告知客户", "For example: sent again, she has the number"],
  conclusionKeys: ["Enter 转回 · Shift+Enter 换行 · Esc 取消", "Enter hands back · Shift+Enter for a new line · Esc cancels"],

  // What an answer rests on
  basis: ["依据", "Basis"],
  confidence: ["置信度 {n}%", "{n}% sure"],
  noSources: ["没有引用知识库", "Rests on no entry"],
  moreSources: ["更多（{n}）", "More ({n})"],
  model: ["模型 {name}", "Model {name}"],
  took: ["用时 {n} 秒", "{n} s"],
  tokens: ["{n} 个 token", "{n} tokens"],
};
