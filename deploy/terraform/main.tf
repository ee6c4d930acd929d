# What pod-identity-revoker needs in AWS: an IAM role for it, its own association, and the queue that tells it of changes.

data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id
  account_id = data.aws_caller_identity.current.account_id
}

resource "aws_iam_role" "this" {
  name_prefix          = "pod-identity-revoker-"
  description          = "pod-identity-revoker in the EKS cluster ${var.cluster_name}"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy   = jsonencode(local.trust_policy)
  tags                 = var.tags
}

resource "aws_iam_role_policy" "this" {
  name   = "pod-identity-revoker"
  role   = aws_iam_role.this.id
  policy = jsonencode(local.role_policy)
}

resource "aws_eks_pod_identity_association" "this" {
  count = local.is_associated ? 1 : 0

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
  tags            = var.tags
}

# Kept for a day, as long as the daemon may look back. What it could not take after ten tries goes to the dead letters.
resource "aws_sqs_queue" "this" {
  count = var.create_queue ? 1 : 0

  name                       = local.name
  message_retention_seconds  = 86400
  visibility_timeout_seconds = 60
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = local.has_key ? null : true
  kms_master_key_id          = local.has_key ? var.kms_key_arn : null
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[0].arn
    maxReceiveCount     = 10
  })
}

# Also for what EventBridge could not deliver. For a person to read: kept as long as SQS can.
resource "aws_sqs_queue" "dead_letters" {
  count = var.create_queue ? 1 : 0

  name                      = local.dead_letters_name
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = local.has_key ? null : true
  kms_master_key_id         = local.has_key ? var.kms_key_arn : null
  tags                      = var.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "this" {
  count = var.create_queue ? 1 : 0

  queue_url            = aws_sqs_queue.dead_letters[0].url
  redrive_allow_policy = jsonencode(local.redrive_allow_policy)
}

resource "aws_sqs_queue_policy" "this" {
  count = var.create_queue ? 1 : 0

  queue_url = aws_sqs_queue.this[0].url
  policy    = jsonencode(local.queue_policy)
}

resource "aws_sqs_queue_policy" "dead_letters" {
  count = var.create_queue ? 1 : 0

  queue_url = aws_sqs_queue.dead_letters[0].url
  policy    = jsonencode(local.dead_letters_policy)
}

# On the default bus, where EKS's records arrive while a trail logs.
resource "aws_cloudwatch_event_rule" "this" {
  count = var.create_queue ? 1 : 0

  name          = local.name
  description   = "Calls that changed a Pod Identity association, or may have, for pod-identity-revoker"
  event_pattern = jsonencode(local.event_pattern)
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  count = var.create_queue ? 1 : 0

  rule      = aws_cloudwatch_event_rule.this[0].name
  target_id = "queue"
  arn       = aws_sqs_queue.this[0].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters[0].arn
  }

  depends_on = [aws_sqs_queue_policy.this, aws_sqs_queue_policy.dead_letters]
}
