/*
 * A voice: played and stopped, moved along, and faster for who has many to hear. One at a time: where one begins, the
 * other stops. Nothing of it is fetched before it is played.
 */

import { h, set } from "../parts/dom.js";
import { changingIcon } from "../parts/icons.js";
import { stopwatch } from "../../texts/texts.js";

const SPEEDS = [1, 1.5, 2];
const SOON = 0.25; // s before the end that count as the end

export function voice({ broke }) {
  const audio = h("audio", { preload: "none", on: { ended: rewind, error: () => audio.error && broke() } });
  for (const change of ["play", "pause", "timeupdate", "loadedmetadata", "ratechange"]) audio.addEventListener(change, tell);
  const sign = changingIcon("play");
  const button = h("button", { type: "button", class: "icon-button voice-play", on: { click: toggle } }, sign.element);
  const seek = h("input", { type: "range", min: 0, max: 1, step: 0.1, class: "voice-seek", on: { input: seeked } });
  const time = h("span", { class: "voice-time" });
  const speed = h("button", { type: "button", class: "quiet voice-speed", on: { click: faster } });
  const element = h("div", { class: "voice" }, audio, button, seek, time, speed);
  let known = 0; // seconds, as the platform told
  let name = "";
  let w = null;

  const lasts = () => (Number.isFinite(audio.duration) && audio.duration > 0 ? audio.duration : known);

  function toggle() {
    if (!audio.paused) {
      audio.pause();
      return;
    }
    for (const other of document.querySelectorAll(".voice audio")) if (other !== audio) other.pause();
    audio.play().catch(() => {}); // that it cannot be played is told by its error
  }

  function seeked() {
    const to = Number(seek.value);
    if (audio.readyState === 0) audio.load();
    audio.currentTime = Math.min(to, Math.max(0, lasts() - SOON));
    tell();
  }

  function faster() {
    audio.playbackRate = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
  }

  function rewind() {
    audio.currentTime = 0;
    tell();
  }

  function tell() {
    if (!w) return;
    const playing = !audio.paused && !audio.ended;
    sign.update(playing ? "stop" : "play");
    const verb = w(playing ? "voicePause" : "voicePlay", { name });
    set(button, { "aria-label": verb, title: verb });
    set(seek, { max: Math.max(lasts(), 0.1), value: String(audio.currentTime), "aria-label": w("voiceSeek") });
    set(seek, { "aria-valuetext": `${stopwatch(audio.currentTime * 1000)} / ${stopwatch(lasts() * 1000)}` });
    const heard = audio.currentTime > 0 ? `${stopwatch(audio.currentTime * 1000)} / ` : "";
    set(time, { text: lasts() ? `${heard}${stopwatch(lasts() * 1000)}` : heard });
    const fast = w("voiceSpeed", { n: audio.playbackRate });
    set(speed, { text: `${audio.playbackRate}×`, "aria-label": fast, title: fast });
  }

  return {
    element,
    show: (src) => { audio.src = src; },
    name(called, words, seconds) {
      [name, w, known] = [called, words, seconds > 0 ? seconds : 0];
      tell();
    },
  };
}
