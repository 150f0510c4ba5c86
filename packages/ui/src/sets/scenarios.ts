import type { Scenario } from '@topsdl/contract';
import type { Option } from '../form/fields.ts';
import type { Host } from '../host.tsx';

/** What a set or a package is meant for, in words. */
export function scenarioWords({ trans }: Pick<Host, 'trans'>): Record<Scenario, string> {
  return {
    'image-classification': trans.__('Image, classification'),
    'image-detection': trans.__('Image, detection'),
    'image-segmentation': trans.__('Image, segmentation'),
    'image-keypoints': trans.__('Image, keypoints'),
    'image-ocr': trans.__('Image, OCR')
  };
}

/** The same as choices of a form. */
export function scenarioOptions(host: Pick<Host, 'trans'>): Option[] {
  return Object.entries(scenarioWords(host)).map(([value, label]) => ({ value, label }));
}
