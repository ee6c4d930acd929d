# Terraform 1.9: the validation of one variable may refer to others. Provider 5.30: has the association, and waits for its role.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.30"
    }
  }
}
