/*
 * The tones, made with WebAudio, so that there is no file to fetch. A browser plays nothing before the first click or
 * key, which is why the page asks for a test.
 */

const TONES = { // Hz, one after the other
  ring: [660, 880], // a rising fourth, friendly and heard through an office
  ding: [740],
  amber: [587, 494],
  red: [587, 494, 587, 494],
  low: [220],
};
const TIMBRES = { // how a tone is made, and how much higher or lower it lies
  clear: { shape: "sine", pitch: 1 }, soft: { shape: "triangle", pitch: 0.75 }, deep: { shape: "triangle", pitch: 0.5 },
};
const LENGTH = 0.22; // s each
const LOUDEST = 0.3;
const WAKING = 500; // ms that audio may take to start; without a device it never does

/** `onReady` is told once that tones may sound from now on. */
export function createSound(onReady) {
  let audio = null;
  let touched = false;

  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => {
      if (!touched) onReady();
      touched = true;
    }, { passive: true, capture: true });
  }

  /** True if it could be heard, as far as a page can know. */
  async function play(kind = "ring", { volume = 60, timbre = "clear" } = {}) {
    if (!touched || !volume) return false;
    audio ??= new AudioContext();
    await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, WAKING))]);
    if (audio.state !== "running") return false;
    const { shape, pitch } = TIMBRES[timbre] ?? TIMBRES.clear;
    TONES[kind].forEach((frequency, index) =>
      tone(frequency * pitch, shape, LOUDEST * (volume / 100), audio.currentTime + index * LENGTH * 0.8));
    return true;
  }

  function tone(frequency, shape, loudness, at) {
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(loudness, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + LENGTH);
    const voice = audio.createOscillator();
    voice.type = shape;
    voice.frequency.value = frequency;
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + LENGTH);
  }

  return { play };
}
