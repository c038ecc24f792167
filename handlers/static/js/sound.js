/*
 * The tone that tells of a new customer, made with WebAudio, so that there is no file to fetch. A browser plays nothing
 * before the first click or key, which is why the page asks for a test.
 */

const TONES = [660, 880]; // Hz; a rising fourth, friendly and heard through an office
const LENGTH = 0.22; // s each
const LOUDNESS = 0.18;
const WAKING = 500; // ms that audio may take to start; without a device it never does
const QUIET = 3000; // ms between two; a burst of customers is one tone

/** `onPlay` is told whether a tone that was due could be heard. */
export function createSound(onPlay) {
  let audio = null;
  let touched = false;
  let lastAt = -Infinity;

  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => { touched = true; }, { passive: true, capture: true });
  }

  async function play() {
    const now = performance.now();
    if (now - lastAt < QUIET) return;
    if (touched) {
      lastAt = now;
      audio ??= new AudioContext();
      await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, WAKING))]);
    }
    const audible = audio?.state === "running";
    if (audible) TONES.forEach((frequency, index) => tone(frequency, audio.currentTime + index * LENGTH * 0.8));
    onPlay(audible);
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
