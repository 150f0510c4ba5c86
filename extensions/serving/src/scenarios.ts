import type { Scenario } from '@topsdl/contract';
import type { Host, Option } from '@topsdl/ui';

/** What sets and packages are meant for, as choices. */
export function scenarios({ trans }: Pick<Host, 'trans'>): Option[] {
  const words: Record<Scenario, string> = {
    'image-classification': trans.__('Image, classification'),
    'image-detection': trans.__('Image, detection'),
    'image-segmentation': trans.__('Image, segmentation'),
    'image-keypoints': trans.__('Image, keypoints'),
    'image-ocr': trans.__('Image, OCR')
  };
  return Object.entries(words).map(([value, label]) => ({ value, label }));
}
