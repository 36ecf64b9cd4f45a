import '../kit/style.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <main id="main">
        <h1>Rehearsal</h1>
      </main>
    </StrictMode>,
  );
}
