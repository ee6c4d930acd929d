/** The AWS account of a random history: calls that change associations, the truth about them, and their records. */

import type { AssociationId } from '../../../src/domain/association.ts';
import type { Action } from '../../../src/domain/hint.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { seconds } from '../../../src/domain/time.ts';
import type { FakeEks } from '../../support/fake-eks.ts';
import type { SteppedClock } from '../../support/stepped-clock.ts';
import type { GrantName } from './grants.ts';
import { spelled } from './grants.ts';
import type { Mail } from './mail.ts';
import type { RecordJourney } from './operations.ts';
import type { Truth } from './truth.ts';

export class Account {
  readonly #clock: SteppedClock;
  readonly #eks: FakeEks;
  readonly #truth: Truth;
  readonly #mail: Mail;

  constructor(clock: SteppedClock, eks: FakeEks, truth: Truth, mail: Mail) {
    this.#clock = clock;
    this.#eks = eks;
    this.#truth = truth;
    this.#mail = mail;
  }

  create(
    identity: Identity,
    name: GrantName,
    record: RecordJourney,
    { at = this.#clock.now(), spelling = 0 }: { readonly at?: Instant; readonly spelling?: number } = {},
  ): void {
    if (this.#truth.current(identity) !== undefined) return;
    const made = this.#eks.create(identity, spelled(name, spelling), at);
    this.#truth.became(made, name);
    this.#post('created', identity, made.id, record);
  }

  update(identity: Identity, name: GrantName | 'same', record: RecordJourney, spelling: number): void {
    const current = this.#truth.current(identity);
    if (current === undefined) return;
    const to = name === 'same' ? current.name : name;
    const { id, createdAt } = current;
    const made = this.#eks.update(id, spelled(to, spelling));
    this.#truth.became({ ...made, createdAt }, to);
    this.#post('updated', identity, id, record);
  }

  delete(identity: Identity, record: RecordJourney): void {
    const current = this.#truth.current(identity);
    if (current === undefined) return;
    this.#eks.delete(identity);
    this.#truth.ended(identity, this.#clock.now());
    this.#post('deleted', identity, current.id, record);
  }

  #post(action: Action, identity: Identity, association: AssociationId, record: RecordJourney): void {
    if (record === undefined) return;
    const about = { action, identity, association };
    this.#mail.post(about, seconds(record.delay));
    if (record.isTwice) this.#mail.post(about, seconds(record.delay + 1));
  }
}
