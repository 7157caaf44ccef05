#include "cli/data_folder.h"
#include "cli/doctor.h"
#include "cli/texts.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xFF534D42
#endif
#ifndef SMB2_SUPER_MAGIC
#define SMB2_SUPER_MAGIC 0xFE534D42
#endif
#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

#define FREE_INODES_MIN 10000

/** SQLite's write-ahead log and locks do not work on these. NULL for others. */
static const char *remote_name(unsigned long type) {
  switch (type) {
  case NFS_SUPER_MAGIC:
    return "NFS";
  case SMB_SUPER_MAGIC:
  case CIFS_SUPER_MAGIC:
  case SMB2_SUPER_MAGIC:
    return "SMB";
  case CEPH_SUPER_MAGIC:
    return "Ceph";
  case AFS_SUPER_MAGIC:
    return "AFS";
  case V9FS_MAGIC:
    return "9p";
  default:
    return NULL;
  }
}

static void check_file_system(Doctor *doctor) {
  struct statfs status = {0};
  if (statfs(doctor->data_dir, &status) != 0)
    return;
  const char *remote = remote_name((unsigned long)status.f_type & 0xFFFFFFFFUL);
  if (remote)
    doctor_report(doctor, FINDING_FAIL,
                  text_pick("数据文件夹在网络文件系统 %s 上：目录库需要本机磁盘",
                            "the data folder is on a network file system (%s): the catalog needs a local disk"),
                  remote);
  else if (((unsigned long)status.f_type & 0xFFFFFFFFUL) == FUSE_SUPER_MAGIC)
    doctor_report(doctor, FINDING_WARN,
                  text_pick("数据文件夹在 FUSE 文件系统上：请确认它支持文件锁和共享内存映射",
                            "the data folder is on FUSE: make sure that it has locks and shared mappings"));
  if (status.f_files > 0 && status.f_ffree < FREE_INODES_MIN)
    doctor_report(doctor, FINDING_WARN, text_pick("文件系统只剩 %llu 个 inode", "only %llu inodes are free"),
                  (unsigned long long)status.f_ffree);
}

/** Files that root made by running a command without `sudo -u kapok` are not the service's to write. */
static void check_owner(Doctor *doctor, const char *name, uid_t owner) {
  g_autofree char *path = g_build_filename(doctor->data_dir, name, NULL);
  struct stat status;
  if (stat(path, &status) == 0 && status.st_uid != owner)
    doctor_report(doctor, FINDING_FAIL,
                  text_pick("%s 属于用户 %u，而数据文件夹属于 %u：chown -R",
                            "%s belongs to user %u, the data folder to %u: chown -R"),
                  path, (unsigned)status.st_uid, (unsigned)owner);
}

static void check_rights(Doctor *doctor) {
  static const char *const names[] = {
      "catalog.sqlite3", "catalog.sqlite3-wal", "catalog.sqlite3-shm", "objects", "tmp", "search", "serve.lock"};
  struct stat status;
  if (stat(doctor->data_dir, &status) != 0)
    return;
  for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
    check_owner(doctor, names[i], status.st_uid);
  if (status.st_mode & S_IWOTH)
    doctor_report(
        doctor, FINDING_FAIL,
        text_pick("数据文件夹人人可写：chmod o-w %s", "everybody may write into the data folder: chmod o-w %s"),
        doctor->data_dir);
  if (status.st_uid != geteuid())
    doctor_report(doctor, FINDING_WARN,
                  text_pick("数据文件夹属于另一个用户（%u）：请以该用户运行 kapok（sudo -u）",
                            "the data folder belongs to another user (%u): run kapok as that one (sudo -u)"),
                  (unsigned)status.st_uid);
}

static void check_holder(Doctor *doctor) {
  g_auto(DataFolderHolder) holder = {0};
  if (data_folder_find_holder(doctor->data_dir, &holder, NULL))
    doctor_report(doctor, FINDING_OK, text_pick("kapok serve 正在运行（进程 %d）", "kapok serve runs (process %d)"),
                  (int)holder.pid);
}

void doctor_check_folder(Doctor *doctor) {
  check_file_system(doctor);
  check_rights(doctor);
  check_holder(doctor);
}
