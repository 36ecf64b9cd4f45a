// Follows the events of one rehearsal and shows the report when there is one.
const list = document.getElementById('runs');
const status = document.getElementById('status');

if (list?.dataset.over === 'false') {
  const events = new EventSource(list.dataset.events);
  let isOver = false;
  events.addEventListener('status', (event) => {
    const { status: now } = JSON.parse(event.data);
    status.textContent = now;
    isOver = now === 'judged' || now === 'cancelled' || now === 'failed';
  });
  // The stream is ended by the service after the final status; any other end is a cut, after which the browser resumes.
  events.addEventListener('error', () => {
    if (!isOver) return;
    events.close();
    location.reload();
  });
  events.addEventListener('run', (event) => {
    const { id, outcome } = JSON.parse(event.data);
    lineOf(id).replaceChildren(`${id}: `, strong(outcome));
  });
}

function lineOf(id) {
  const known = [...list.children].find((line) => line.dataset.run === id);
  if (known) return known;
  const line = document.createElement('li');
  line.dataset.run = id;
  list.append(line);
  return line;
}

function strong(text) {
  const word = document.createElement('b');
  word.textContent = text;
  return word;
}
