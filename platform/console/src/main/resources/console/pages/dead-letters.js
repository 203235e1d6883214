// Dead letters: queues, their groups, the letters of a group, one letter, two compared, editing, redrive jobs.

import { h, put } from '../dom.js';
import { button, emptyState, heading } from '../ui.js';
import { toQueues } from '../dead-letters/words.js';

const VIEWS = {
  group: () => import('../dead-letters/letters.js'),
  all: () => import('../dead-letters/letters.js'),
  letter: () => import('../dead-letters/letter.js'),
  edit: () => import('../dead-letters/edit.js'),
  compare: () => import('../dead-letters/compare.js'),
};

const STYLE = '/console/dead-letters/page.css';

/** Once; a page without it would jump when it comes. */
function styled() {
  if (document.querySelector(`link[href="${STYLE}"]`)) return Promise.resolve();
  const link = h('link', { rel: 'stylesheet', href: STYLE });
  const loaded = new Promise(resolve => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', resolve);
  });
  document.head.append(link);
  return loaded;
}

export async function render(root, params, signal) {
  await styled();
  const [section, queue, view, ...rest] = params.path;
  if (section === undefined) {
    const { showQueues } = await import('../dead-letters/queues.js');
    await showQueues(root, signal);
  } else if (section === 'jobs') {
    const { showJob, showJobs } = await import('../dead-letters/jobs.js');
    await (queue ? showJob(root, queue, signal) : showJobs(root, signal));
  } else if (section === 'q' && queue && view === undefined) {
    const { showGroups } = await import('../dead-letters/groups.js');
    await showGroups(root, queue, params.query, signal);
  } else if (section === 'q' && queue && Object.hasOwn(VIEWS, view)) {
    const { show } = await VIEWS[view]();
    await show(root, queue, rest, params.query, signal);
  } else {
    put(root, heading('Dead letters'),
      emptyState('There is nothing at this address', 'It may have been cut when it was copied.'),
      button('To the dead-letter queues', () => { location.hash = toQueues(); }));
  }
}
