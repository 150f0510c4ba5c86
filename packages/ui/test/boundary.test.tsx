/** @jest-environment jsdom */
import { expect, jest, test } from '@jest/globals';
import { host, one } from './dom.tsx';
import { Signal } from '@lumino/signaling';
import type { ConnectionStatus, ISection, ITopsEvents } from '@topsdl/lab';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import type { Host } from '../src/host.tsx';
import { Sidebar } from '../src/Sidebar.tsx';

/** The events of a page whose connection breaks and comes back. */
class Events {
  status: ConnectionStatus = 'lost';
  readonly statusChanged = new Signal<Events, ConnectionStatus>(this);

  become(status: ConnectionStatus): void {
    this.status = status;
    this.statusChanged.emit(status);
  }
}

/** A sidebar of one section, whose code cannot be brought the first time. */
async function failing(fault: Error) {
  const load = jest
    .fn<ISection['load']>()
    .mockRejectedValueOnce(fault)
    .mockResolvedValue({ default: () => <p>what it shows</p> });
  const section: ISection = {
    id: 'things',
    area: 'data',
    title: 'Things',
    rank: 1,
    anyOf: [],
    load
  } as ISection;
  const events = new Events();
  const registry = {
    sections: [section],
    changed: { connect: () => true, disconnect: () => true }
  };
  const here = { ...host, registry, events: events as unknown as ITopsEvents } as unknown as Host;
  const element = document.body.appendChild(document.createElement('div'));
  await act(async () => {
    createRoot(element).render(<Sidebar host={here} area="data" label="Data" />);
    await Promise.resolve();
  });
  return { element, events, load };
}

const broken = () =>
  Object.assign(new Error('Loading chunk 26 failed.'), { name: 'ChunkLoadError' });

test('what could not be loaded says so, and comes with the connection', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
  const { element, events, load } = await failing(broken());
  expect(one(element, '[role=alert]').textContent).toContain(
    'This part of the page could not be loaded.'
  );
  await act(async () => events.become('connecting'));
  expect(load).toHaveBeenCalledTimes(1);
  await act(async () => events.become('open'));
  expect(load).toHaveBeenCalledTimes(2);
  expect(element.textContent).toBe('what it shows');
});

test('a fault of another kind stays until somebody tries again', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
  const { element, events } = await failing(new Error('a mistake'));
  await act(async () => events.become('open'));
  expect(one(element, '[role=alert] p').textContent).toBe('a mistake');
  await act(async () => one(element, 'button').click());
  expect(element.textContent).toBe('what it shows');
});
