# Names, ARNs and policies: all that can be known before anything is made, so that a plan shows each policy in full.

locals {
  name              = var.name == null ? "pod-identity-revoker-${var.cluster_name}" : var.name
  dead_letters_name = "${local.name}-dead-letters"

  has_key       = var.create_queue && var.kms_key_arn != null
  is_irsa       = var.credentials == "irsa"
  is_associated = var.credentials == "pod-identity" && var.create_association

  cluster_arn      = "arn:${local.partition}:eks:${local.region}:${local.account_id}:cluster/${var.cluster_name}"
  associations_arn = "arn:${local.partition}:eks:${local.region}:${local.account_id}:podidentityassociation/${var.cluster_name}/*"
  rule_arn         = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/${local.name}"
  queue_arn        = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.name}"
  dead_letters_arn = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.dead_letters_name}"
}

# What the daemon may do. docs/permissions.md says why.
locals {
  role_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadCluster"
          Effect   = "Allow"
          Action   = ["eks:DescribeCluster", "eks:ListPodIdentityAssociations"]
          Resource = local.cluster_arn
        },
        {
          Sid      = "ReadAssociations"
          Effect   = "Allow"
          Action   = "eks:DescribePodIdentityAssociation"
          Resource = local.associations_arn
        },
      ],
      !var.allow_trail_lookup ? [] : [
        {
          Sid      = "SearchTrail"
          Effect   = "Allow"
          Action   = "cloudtrail:LookupEvents"
          Resource = "*"
        },
      ],
      !var.create_queue ? [] : [
        {
          Sid      = "ReadQueue"
          Effect   = "Allow"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
          Resource = local.queue_arn
        },
      ],
      !local.has_key ? [] : [
        {
          Sid      = "DecryptQueue"
          Effect   = "Allow"
          Action   = "kms:Decrypt"
          Resource = var.kms_key_arn
        },
      ],
    )
  }
}

# Who may be the daemon: this one service account, and with Pod Identity in this one cluster (an issuer is one cluster's).
locals {
  trust_pod_identity = {
    Sid       = "OnlyTheDaemon"
    Effect    = "Allow"
    Principal = { Service = "pods.eks.amazonaws.com" }
    Action    = ["sts:AssumeRole", "sts:TagSession"]
    Condition = {
      StringEquals = {
        "aws:RequestTag/eks-cluster-arn"            = local.cluster_arn
        "aws:RequestTag/kubernetes-namespace"       = var.namespace
        "aws:RequestTag/kubernetes-service-account" = var.service_account
      }
    }
  }

  issuer = var.oidc_issuer == null ? "" : var.oidc_issuer

  trust_irsa = {
    Sid       = "OnlyTheDaemon"
    Effect    = "Allow"
    Principal = { Federated = "arn:${local.partition}:iam::${local.account_id}:oidc-provider/${local.issuer}" }
    Action    = "sts:AssumeRoleWithWebIdentity"
    Condition = {
      StringEquals = {
        "${local.issuer}:aud" = "sts.amazonaws.com"
        "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
      }
    }
  }

  trust_policy = {
    Version   = "2012-10-17"
    Statement = concat(local.is_irsa ? [local.trust_irsa] : [], local.is_irsa ? [] : [local.trust_pod_identity])
  }
}

locals {
  queue_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheRuleSends"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.queue_arn
        Condition = { ArnEquals = { "aws:SourceArn" = local.rule_arn } }
      },
      # Whatever the account's other policies allow: nobody else may tell the daemon who ended a grant.
      {
        Sid       = "NobodyElseSends"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:SendMessage"
        Resource  = local.queue_arn
        Condition = { ArnNotEquals = { "aws:SourceArn" = local.rule_arn } }
      },
      {
        Sid       = "NotInTheClear"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.queue_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }

  dead_letters_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheRuleSends"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.dead_letters_arn
        Condition = { ArnEquals = { "aws:SourceArn" = local.rule_arn } }
      },
      {
        Sid       = "NotInTheClear"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.dead_letters_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  }

  redrive_allow_policy = {
    redrivePermission = "byQueue"
    sourceQueueArns   = [local.queue_arn]
  }

  # For the policy of the customer managed key. EventBridge is not known to pass on to KMS for which rule it asks.
  key_policy_statement = {
    Sid       = "EventBridgeEncrypts"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = "*"
  }

  # The pattern of docs/hints.md.
  event_pattern = {
    source        = ["aws.eks"]
    "detail-type" = ["AWS API Call via CloudTrail"]
    detail = {
      eventSource = ["eks.amazonaws.com"]
      eventName = [
        "CreatePodIdentityAssociation",
        "UpdatePodIdentityAssociation",
        "DeletePodIdentityAssociation",
        "CreateAddon",
        "UpdateAddon",
        "DeleteAddon",
        "DeleteCluster",
      ]
      errorCode = [{ exists = false }]
    }
  }
}
