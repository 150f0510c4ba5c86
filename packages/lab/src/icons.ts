import { LabIcon } from '@jupyterlab/ui-components';

/**
 * The suite's own icons: strokes on a grid of 24, in the weight of JupyterLab's. The class makes them
 * follow the theme.
 */
function icon(name: string, paths: string): LabIcon {
  return new LabIcon({
    name: `topsdl:${name}`,
    svgstr:
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16" fill="none">' +
      '<g class="jp-icon3" stroke="#616161" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">' +
      `${paths}</g></svg>`
  });
}

export const dataIcon = icon(
  'data',
  '<ellipse cx="12" cy="5.5" rx="8" ry="3"/><path d="M4 5.5v13c0 1.7 3.6 3 8 3s8-1.3 8-3v-13M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"/>'
);
export const developIcon = icon('develop', '<path d="M8 6l-6 6 6 6M16 6l6 6-6 6M14 4l-4 16"/>');
export const trainIcon = icon(
  'train',
  '<path d="M3 3v18h18M6 6c1 8 5 11 14 11"/><circle cx="8" cy="11.5" r="1.2"/><circle cx="13" cy="15.6" r="1.2"/>'
);
export const serveIcon = icon(
  'serve',
  '<circle cx="12" cy="11" r="2"/><path d="M12 13v8M8.2 14.8a5.4 5.4 0 0 1 0-7.6M15.8 7.2a5.4 5.4 0 0 1 0 7.6M5.3 17.7a9.5 9.5 0 0 1 0-13.4M18.7 4.3a9.5 9.5 0 0 1 0 13.4"/>'
);
export const datasetIcon = icon(
  'dataset',
  '<rect x="3" y="7" width="14" height="14" rx="1.5"/><path d="M7 7V4.5A1.5 1.5 0 0 1 8.5 3h11A1.5 1.5 0 0 1 21 4.5v11a1.5 1.5 0 0 1-1.5 1.5H17M3 18l4.5-4.5 3 3L13 14l4 4"/><circle cx="8" cy="11" r="1"/>'
);
export const labelIcon = icon(
  'label',
  '<path d="M3 4.5A1.5 1.5 0 0 1 4.5 3H12l9 9-8.5 8.5a1 1 0 0 1-1.4 0L3 12z"/><circle cx="7.5" cy="7.5" r="1.3"/>'
);
export const algorithmIcon = icon(
  'algorithm',
  '<path d="M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M10 12l-2.5 2.5L10 17M14 12l2.5 2.5L14 17"/>'
);
export const modelIcon = icon(
  'model',
  '<path d="M12 2.5l8.5 4.7v9.6L12 21.5l-8.5-4.7V7.2zM3.5 7.2L12 12l8.5-4.8M12 12v9.5"/>'
);
export const trainingIcon = trainIcon;
export const packageIcon = icon(
  'package',
  '<path d="M4 8l8-5 8 5v9l-8 5-8-5zM4 8l8 4.5L20 8M12 12.5V22M8 5.5l8 4.7V14"/>'
);
export const serviceIcon = serveIcon;
export const overviewIcon = icon(
  'overview',
  '<path d="M3 21h18M6 17v-5M10.5 17V5M15 17V9M19.5 17v-6"/>'
);
export const administrationIcon = icon(
  'administration',
  '<path d="M12 2.5l8 3v6c0 5-3.4 8.3-8 10-4.6-1.7-8-5-8-10v-6zM8.5 12l2.5 2.5 4.5-5"/>'
);
export const accountIcon = icon(
  'account',
  '<circle cx="12" cy="8" r="4"/><path d="M4 21c.6-4.5 3.8-6.5 8-6.5s7.4 2 8 6.5"/>'
);
export const activityIcon = icon('activity', '<path d="M2.5 12h4.5l3-8 4.5 16 3-8h4"/>');
export const tensorboardIcon = icon(
  'tensorboard',
  '<rect x="3" y="4" width="18" height="16" rx="1.5"/><path d="M6.5 16l3.5-5 3 3 4.5-6.5"/>'
);
export const netronIcon = icon(
  'netron',
  '<circle cx="5" cy="6" r="2.2"/><circle cx="5" cy="18" r="2.2"/><circle cx="19" cy="12" r="2.2"/><path d="M7 7l10 4M7 17l10-4"/>'
);
export const projectIcon = icon(
  'project',
  '<path d="M3 19V6a1 1 0 0 1 1-1h5l2 2.5h9a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z"/>'
);
export const specIcon = icon(
  'spec',
  '<rect x="7" y="7" width="10" height="10" rx="1"/><path d="M9.5 7V3M14.5 7V3M9.5 21v-4M14.5 21v-4M7 9.5H3M7 14.5H3M21 9.5h-4M21 14.5h-4"/>'
);
export const sortIcon = icon(
  'sort',
  '<path d="M3 6h10M3 12h7M3 18h4M18 5v14M14.5 15.5L18 19l3.5-3.5"/>'
);
