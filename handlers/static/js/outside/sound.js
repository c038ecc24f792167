/*
 * The tones that tell of a new customer and of a customer's new words, made with WebAudio, so that there is no file to
 * fetch. A browser plays nothing before the first click or key, which is why the page asks for a test.
 */

const TONES = { // Hz
  ring: [660, 880], // a rising fourth, friendly and heard through an office
  ding: [740],
};
const LENGTH = 0.22; // s each
const LOUDNESS = 0.18;
const WAKING = 500; // ms that audio may take to start; without a device it never does
const QUIET = 3000; // ms between two of a kind; a burst of customers is one tone

/** `onHeard` is told when a tone could be heard. */
export function createSound(onHeard) {
  let audio = null;
  let touched = false;
  const lastAt = {};

  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => { touched = true; }, { passive: true, capture: true });
  }

  async function play(kind = "ring") {
    const now = performance.now();
    if (now - lastAt[kind] < QUIET) return;
    if (touched) {
      lastAt[kind] = now;
      audio ??= new AudioContext();
      await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, WAKING))]);
    }
    if (audio?.state !== "running") return;
    TONES[kind].forEach((frequency, index) => tone(frequency, audio.currentTime + index * LENGTH * 0.8));
    onHeard();
  }

  function tone(frequency, at) {
    const volume = audio.createGain();
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + LENGTH);
    const voice = audio.createOscillator();
    voice.frequency.value = frequency;
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + LENGTH);
  }

  return { play };
}
