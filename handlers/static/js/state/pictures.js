/* Pictures of messages, which our own server hands out: a customer's words never make a browser ask anybody else. Pure. */

import { ofSession } from "../outside/api.js";
import { threadOf } from "./threads.js";

const SHOWN = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"];
const CARRIERS = ["image", "product", "order"]; // messages whose file is a picture of theirs
const FROM_ALBUM = { user_local_image: "image", user_local_video: "video" }; // as Douyin calls what is a customer's own

/** What a message is to who reads it, whatever its platform calls that. */
export const kindOf = (msgType) => FROM_ALBUM[msgType] ?? msgType;

export const isPicture = (mime) => SHOWN.includes(mime);

export const fileAddress = ({ sessionId, msgId }, query = "") =>
  `${ofSession(sessionId, "messages", encodeURIComponent(msgId), "file")}${query && `?${query}`}`;

/** The picture of a message as `{key, src, name, save}`; null while there is none to show. */
export function pictureOf(told) {
  const { attachment, msgType, msgId } = told;
  if (!CARRIERS.includes(kindOf(msgType)) || attachment?.state !== "ready" || !isPicture(attachment.mime)) return null;
  return { key: msgId, src: fileAddress(told), name: attachment.name ?? "", save: fileAddress(told, "download=1") };
}

/** All pictures of what is known of a session, in order. */
export const picturesOf = (state, id) => threadOf(state, id).messages.map(pictureOf).filter(Boolean);
