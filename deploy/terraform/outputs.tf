# What the installation needs to know.

output "role_arn" {
  description = "The daemon's role."
  value       = aws_iam_role.this.arn
}

output "queue_url" {
  description = "The queue, for REVOKER_QUEUE_URL. Null without a queue."
  value       = var.create_queue ? aws_sqs_queue.this[0].url : null
}

output "dead_letters_url" {
  description = "Should stay empty. Null without a queue."
  value       = var.create_queue ? aws_sqs_queue.dead_letters[0].url : null
}

output "key_policy_statement" {
  description = "What the key's policy must contain, so that EventBridge can write to the encrypted queues. Null without a key."
  value       = local.has_key ? jsonencode(local.key_policy_statement) : null
}

output "helm_command" {
  description = "Installs the daemon so that it only reports. Leave out mode=dry-run when the reports are what you expect."
  value = join(" ", concat(
    [
      "helm upgrade --install pod-identity-revoker charts/pod-identity-revoker",
      "--namespace ${var.namespace} --create-namespace",
      "--set clusterName=${var.cluster_name} --set serviceAccount.name=${var.service_account}",
    ],
    var.create_queue ? ["--set queueUrl=${aws_sqs_queue.this[0].url}"] : [],
    local.is_irsa ? ["--set 'serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn=${aws_iam_role.this.arn}'"] : [],
    ["--set mode=dry-run"],
  ))
}
