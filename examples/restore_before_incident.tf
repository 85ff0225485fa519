# SPDX-FileCopyrightText: 2026 The yacloud.mdb authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Takes what restore_before_incident.yml chose: it reads restore.auto.tfvars.json by itself.

variable "redis_restore_backups" {
  description = "Cluster id to the backup that it is restored from."
  type = map(object({
    id                 = string
    created_at         = string
    started_at         = string
    source_cluster_id  = string
    source_shard_names = list(string)
    folder_id          = string
    type               = string
  }))

  validation {
    condition     = alltrue([for cluster_id, backup in var.redis_restore_backups : backup.source_cluster_id == cluster_id])
    error_message = "A backup belongs to another cluster than its key says."
  }
}

# A backup is restored into a new cluster. Another backup makes another one; the same backup changes nothing.
resource "terraform_data" "restored" {
  for_each = var.redis_restore_backups

  triggers_replace = each.value.id

  provisioner "local-exec" {
    command = "yc managed-redis cluster restore --backup-id \"$BACKUP_ID\" --name \"$NAME\" --environment production --network-name default --host zone-id=ru-central1-a"
    environment = {
      BACKUP_ID = each.value.id
      NAME      = "restored-${substr(sha256(each.value.id), 0, 12)}"
    }
  }
}

output "restored_from" {
  value = { for cluster_id, backup in var.redis_restore_backups : cluster_id => "${backup.id} of ${backup.created_at}" }
}
