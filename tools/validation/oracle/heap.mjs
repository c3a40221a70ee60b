/** Events in the order of their times: a binary heap. */
export class Heap {
  #items = [];

  get size() {
    return this.#items.length;
  }

  firstTime() {
    return this.#items[0].time;
  }

  push(time, action) {
    const items = this.#items;
    let place = items.length;
    for (; place > 0; place = (place - 1) >> 1) {
      const parent = items[(place - 1) >> 1];
      if (parent.time <= time) break;
      items[place] = parent;
    }
    items[place] = { time, action };
  }

  pop() {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1].time < items[child].time) child++;
      if (items[child].time >= last.time) break;
      items[place] = items[child];
      place = child;
    }
    items[place] = last;
    return first;
  }
}
