/** The objective of containment, which dashboards show and alerts hold: this share within this time. */

/** A bucket of containment_seconds, or no query could count what is within it. */
export const OBJECTIVE_SECONDS = 300;
export const OBJECTIVE_SHARE = 0.95;
