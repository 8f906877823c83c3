// The last question before something that matters. Focus stays inside, Escape and the veil mean no.

import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useText } from '../text/index.tsx';

export function Confirm({
  open,
  title,
  yes,
  children,
  onYes,
  onNo,
  final = false,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly yes: string;
  readonly children: ReactNode;
  readonly onYes: () => void;
  readonly onNo: () => void;
  /** What follows cannot be undone. */
  readonly final?: boolean;
}) {
  const { t } = useText();
  return (
    <ModalOverlay className="veil" isOpen={open} onOpenChange={(is) => !is && onNo()} isDismissable>
      <Modal className="dialog">
        <Dialog role="alertdialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          <div className="row">
            <button type="button" className={`btn ${final ? 'btn--final' : 'btn--main'}`} onClick={onYes}>
              {yes}
            </button>
            <button type="button" className="btn" onClick={onNo}>
              {t.common.cancel}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
