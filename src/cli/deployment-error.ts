/** Something about the deployment is wrong in a way that only its operator can mend. */

/** Its message names what is wrong and the remedy. Exit code 2. */
export class DeploymentError extends Error {
  readonly code = 'DEPLOYMENT_INVALID';
  override readonly name = 'DeploymentError';
}
