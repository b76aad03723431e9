#!/usr/bin/env bash
# make-disk.sh TAR ROOT OUT HERE: unpack TAR to ROOT, make it an SSH device, and pack it into OUT/disk.ext4.
# Run by build.sh under fakeroot, so that owners and modes are right without root.
set -euo pipefail
tar=$1 root=$2 out=$3 here=$4
mkdir "$root"
tar -x -f "$tar" -C "$root" --exclude='./dev/*'
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/cache/debconf/* "$root"/etc/ssh/ssh_host_*
rm -f "$root/etc/fstab" # the kernel mounts the root file system, and there is no other

(cd "$here/overlay" && find . -type f) | while read -r file; do
  mode=644
  case $file in ./usr/local/sbin/*) mode=755 ;; ./etc/sudoers.d/*) mode=440 ;; esac
  install -D -o 0 -g 0 -m "$mode" "$here/overlay/$file" "${root}/$file"
done

# the account of a Raspberry Pi; '*' is no password, where '!' would lock the account
echo 'pi:x:1000:1000::/home/pi:/bin/bash' >>"$root/etc/passwd"
echo 'pi:x:1000:' >>"$root/etc/group"
echo 'pi:*:19000:0:99999:7:::' >>"$root/etc/shadow"
install -d -m 755 -o 1000 -g 1000 "$root/home/pi"
install -d -m 700 -o 1000 -g 1000 "$root/home/pi/.ssh"
install -m 600 -o 1000 -g 1000 "$out/id.pub" "$root/home/pi/.ssh/authorized_keys"
install -m 600 -o 0 -g 0 "$out/host_key" "$root/etc/ssh/ssh_host_ed25519_key"
install -m 644 -o 0 -g 0 "$out/host_key.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
echo emulated >"$root/etc/hostname"
echo '127.0.0.1 localhost emulated' >"$root/etc/hosts"

# what an emulated board has no use for costs most of the seconds of its start
units=$root/etc/systemd/system
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer systemd-tmpfiles-clean.timer \
  systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
  systemd-udev-settle.service systemd-hwdb-update.service systemd-networkd.service systemd-networkd.socket \
  systemd-networkd-wait-online.service systemd-timesyncd.service systemd-remount-fs.service systemd-quotacheck.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-journal-flush.service \
  systemd-sysusers.service systemd-sysctl.service systemd-modules-load.service systemd-random-seed.service \
  systemd-tmpfiles-setup-dev.service systemd-pstore.service systemd-binfmt.service \
  systemd-ask-password-wall.path systemd-ask-password-console.path \
  getty@tty1.service serial-getty@ttyAMA0.service modprobe@.service \
  dev-mqueue.mount dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
  sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount; do
  ln -sf /dev/null "$units/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$units/default.target"
mkdir -p "$units/sysinit.target.wants"
ln -sf ../wire.service "$units/sysinit.target.wants/"

# an SD card of QEMU wants a power of two; holes take no space
truncate -s 2G "$out/disk.tmp"
mke2fs -q -F -t ext4 -d "$root" -L root -J size=8 -m 0 "$out/disk.tmp"
mv "$out/disk.tmp" "$out/disk.ext4"
