/* A worker that beats once a second: its timers run while its tab is hidden, where the tab's own sleep. */

setInterval(() => postMessage(null), 1000);
