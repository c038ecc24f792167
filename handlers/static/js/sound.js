/*
 * The tone that tells of a new customer, made with WebAudio, so that there is no file to fetch. A browser plays nothing
 * before the first click or key, which is why the page asks for a test.
 */

const TONES = [660, 880]; // Hz; a rising fourth, friendly and heard through an office
const LENGTH = 0.22; // s each
const LOUDNESS = 0.18;
const QUIET = 3000; // ms between two; a burst of customers is one tone

export function createSound(onHeard) {
  let audio = null;
  let lastAt = -Infinity;

  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => audio?.resume(), { passive: true });
  }

  async function play() {
    if (performance.now() - lastAt < QUIET) return;
    lastAt = performance.now();
    audio ??= new AudioContext();
    await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, 500))]);
    if (audio.state !== "running") {
      lastAt = -Infinity;
      return;
    }
    TONES.forEach((frequency, index) => tone(frequency, audio.currentTime + index * LENGTH * 0.8));
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
