/** Whom an open batch tells what became of it; keeps what it was told. */
import type { BatchOwner } from '#millrace/log/open-batch.js';
import type { Receipt } from '#millrace/log/receipt.js';

export class TestOwner implements BatchOwner {
  readonly receipts: Receipt[] = [];
  readonly errors: Error[] = [];

  sealed(receipt: Receipt): void {
    this.receipts.push(receipt);
  }

  lost(error: Error): void {
    this.errors.push(error);
  }
}
