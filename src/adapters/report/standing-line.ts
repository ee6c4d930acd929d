/** What reports about the daemon's own right to act say in the log: brakes, releases, leadership, its own grant. */

import type { Brake } from '../../domain/brake.ts';
import type { StandingReport } from '../../domain/report.ts';
import { iso } from '../../domain/time.ts';
import { revocationFields } from './fields.ts';
import type { Level, Line } from './line-parts.ts';

/** What stops a daemon that should act asks for a person; that another replica acts is the ordinary life of a standby. */
const BRAKE_LEVELS = {
  'cluster-unproven': 'error',
  'view-stale': 'warn',
  'mass-end': 'error',
  paused: 'warn',
  'not-leader': 'info',
} as const satisfies Readonly<Record<Brake, Level>>;

export function standingLine(report: StandingReport): Line {
  switch (report.kind) {
    case 'brake':
      return brakeLine(report);
    case 'release': {
      const { brake, release } = report;
      const fields = { brake, by: release.by, at: iso(release.at) };
      return { level: 'warn', message: 'brake released by an operator', fields };
    }
    case 'leadership':
      return leadershipLine(report);
    case 'own-pod': {
      const { namespace, name, deployment } = report.ownPod;
      const fields = { namespace, pod: name, deployment, identity: report.identity };
      return { level: 'info', message: 'own pod known', fields };
    }
    case 'own-grant-ended':
      return {
        level: 'error',
        message: "the daemon's own association is gone: it works only until its credentials expire",
        fields: revocationFields(report.revocation),
      };
  }
}

function brakeLine({
  state: { brake, isEngaged, detail },
}: Extract<StandingReport, { kind: 'brake' }>): Line {
  if (!isEngaged) return { level: 'info', message: 'brake let go', fields: { brake } };
  const message = 'brake engaged: nobody is evicted';
  return { level: BRAKE_LEVELS[brake], message, fields: { brake, detail } };
}

function leadershipLine({ change }: Extract<StandingReport, { kind: 'leadership' }>): Line {
  switch (change.kind) {
    case 'elected':
      return { level: 'info', message: 'elected as the leader', fields: { name: change.name } };
    case 'lost': {
      const { kind, detail } = change.loss;
      const level = kind === 'released' ? 'info' : 'warn';
      return { level, message: 'no longer the leader', fields: { loss: kind, detail } };
    }
    case 'seen': {
      const { reading } = change;
      if (reading.kind === 'known') {
        const { holder, isOurs } = reading.value;
        return { level: 'info', message: 'leader seen', fields: { holder, isOurs } };
      }
      const { why, detail } = reading;
      const level = why === 'denied' ? 'error' : 'warn';
      return { level, message: 'leader unknown', fields: { why, detail } };
    }
  }
}
