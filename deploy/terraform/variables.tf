# What can be chosen. Each has a default but the name of the cluster.

variable "cluster_name" {
  description = "The EKS cluster, in the Region and account of the provider."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "Must be the name of an EKS cluster."
  }
}

variable "namespace" {
  description = "The Kubernetes namespace in which the daemon runs."
  type        = string
  default     = "pod-identity-revoker"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "Must be the name of a namespace."
  }
}

variable "service_account" {
  description = "The daemon's Kubernetes service account."
  type        = string
  default     = "pod-identity-revoker"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", var.service_account))
    error_message = "Must be the name of a service account."
  }
}

variable "name" {
  description = "Name of the rule and of the queue. Null is pod-identity-revoker-CLUSTER, which fits for cluster names of up to 43 characters."
  type        = string
  default     = null

  validation {
    condition     = var.name == null ? length(var.cluster_name) <= 43 : can(regex("^[0-9A-Za-z_-]{1,64}$", var.name))
    error_message = "Must have 1 to 64 letters, digits, hyphens and underscores, and must be given where the name of the cluster is longer than 43."
  }
}

variable "credentials" {
  description = "Who may take the role: pod-identity, or irsa for the cluster's OIDC provider."
  type        = string
  default     = "pod-identity"
  nullable    = false

  validation {
    condition     = contains(["pod-identity", "irsa"], var.credentials)
    error_message = "Must be pod-identity or irsa."
  }
}

variable "create_association" {
  description = "Whether this module makes the daemon's own association. Only with pod-identity."
  type        = bool
  default     = true
  nullable    = false
}

variable "oidc_issuer" {
  description = "The cluster's OIDC issuer without https://. Required with irsa; its IAM provider must exist."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_issuer == null ? var.credentials != "irsa" : can(regex("^[0-9a-z.-]+/id/[0-9A-Z]+$", var.oidc_issuer))
    error_message = "Must be like oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF, without https://, and must be given with irsa."
  }
}

variable "permissions_boundary_arn" {
  description = "A managed policy that bounds the role. Null is none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[0-9a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "Must be the ARN of a managed policy."
  }
}

variable "create_queue" {
  description = "Whether to make the rule and the queue. Without them the daemon asks CloudTrail every minute, which is slower."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "A customer managed key for the queues, whose key policy has the statement that this module puts out. Null is SSE-SQS."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[0-9a-z-]*:kms:[0-9a-z-]+:[0-9]{12}:key/[0-9a-z-]+$", var.kms_key_arn))
    error_message = "Must be the ARN of a key, not of an alias."
  }
}

variable "allow_trail_lookup" {
  description = "Whether the daemon may search CloudTrail for what happened while it was away. IAM can't narrow this to EKS."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags for everything that is made."
  type        = map(string)
  default     = {}
  nullable    = false
}
