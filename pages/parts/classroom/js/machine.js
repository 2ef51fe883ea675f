/** Whether an address leads every machine to itself: by it no phone comes here. */

// What every machine takes for itself; a browser writes any other spelling of these numbers so.
const OF_THIS_MACHINE = /^(localhost|.+\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:(0:0|7f[0-9a-f]{2}:[0-9a-f]{1,4})\])\.?$/;

export function isOfThisMachine(hostname = location.hostname) {
  return OF_THIS_MACHINE.test(hostname);
}
