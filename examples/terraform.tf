# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The variable that the format tfvars_json of the role redis_backup_select fills. Terraform reads restore.auto.tfvars.json by itself.
variable "redis_restore_backups" {
  description = "The backup to restore, by the cluster's name or id, as the role was asked."
  type = map(object({
    id                  = string
    created_at          = string
    started_at          = string
    source_cluster_id   = string
    source_cluster_name = string
    source_shard_names  = list(string)
    folder_id           = string
    type                = string
  }))

  validation {
    condition     = alltrue([for key, backup in var.redis_restore_backups : contains([backup.source_cluster_id, backup.source_cluster_name], key)])
    error_message = "A backup belongs to another cluster than its key says."
  }
}

# The provider cannot restore Redis, so that the cloud's own tool does. Another backup replaces the resource, which restores it into another
# cluster. Pin the choice by redis_backup_select_created_before, or ignore later ones as here, where that must not happen by itself.
resource "terraform_data" "restored" {
  for_each = var.redis_restore_backups

  triggers_replace = each.value.id

  lifecycle {
    ignore_changes = [triggers_replace]
  }

  provisioner "local-exec" {
    command = "yc managed-redis cluster restore --backup-id \"$BACKUP_ID\" --name \"$NAME\" --environment production --network-name default --host zone-id=ru-central1-a"
    environment = {
      BACKUP_ID = each.value.id
      NAME      = "restored-${substr(sha256(each.value.id), 0, 12)}"
    }
  }
}
