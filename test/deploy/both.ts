/** Both ways to deploy: what holds for one must hold for the other. */

import { fromCloudFormation } from './from-cloudformation.ts';
import { fromTerraform } from './from-terraform.ts';

export const BOTH = [
  { tool: 'CloudFormation', deploy: fromCloudFormation },
  { tool: 'Terraform', deploy: fromTerraform },
] as const;
