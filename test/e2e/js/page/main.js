// The page of browser.test.js: runs one flow and answers "ok", or the flow's error.
import * as sdk from 'amazon-ivs-chat-messaging';
import { flows } from '../flows.js';

function service(name) {
  return async (...parameters) => {
    const response = await fetch(`/${name}`, { method: 'POST', body: JSON.stringify(parameters) });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${name}: ${text}`);
    }
    return JSON.parse(text);
  };
}

globalThis.run = async (flow, url) => {
  try {
    await flows[flow]({ sdk, url, backend: service('backend'), shortToken: service('shortToken') });
    return 'ok';
  } catch (error) {
    return `${error?.stack ?? JSON.stringify(error)}`;
  }
};
