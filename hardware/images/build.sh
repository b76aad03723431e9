#!/usr/bin/env bash
# Build the image that the emulated arm64 Linux boards start: Debian 12 with sshd and Python, kernels, start-up archives.
#   hardware/images/build.sh            takes minutes and 200 MB of the Debian mirror, or nothing when it is there
#   hardware/images/build.sh --again    builds it anew
# The image lies in the user's cache folder, under the name that targets/emulators/arm64-virt.toml gives it. Its keys are
# made here and are no secret: they open an emulated board that only this machine reaches.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
here=$(dirname "$(realpath "$0")")
definition=$here/../../targets/emulators/arm64-virt.toml
mirror_of() { # LABEL: where apt has such packages from
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk -v label="$1" '$1 == label && !seen++ { print $2 }'
}
name=$(sed -n 's/^image = "\([a-z0-9.-]*\)".*/\1/p' "$definition")
images=${XDG_CACHE_HOME:-$HOME/.cache}/edgeflow/images
image=$images/$name
kept=$images/parts
release=bookworm
mirror=${DEBIAN_MIRROR:-$(mirror_of Debian)}
security=${DEBIAN_SECURITY_MIRROR:-$(mirror_of Debian-Security)}
tools="mmdebstrap qemu-user-static arch-test e2fsprogs cpio kmod openssh-client fakeroot"
packages=systemd-sysv,udev,kmod,dbus,libpam-systemd,sudo,openssh-server,python3,iproute2,procps

say() { echo "images: $*" >&2; }
fail() { echo "error: $1" >&2; echo "  $2" >&2; exit 7; }

check_tools() {
  for tool in mmdebstrap qemu-aarch64-static arch-test mke2fs cpio depmod ssh-keygen fakeroot dpkg-deb apt-get; do
    command -v "$tool" >/dev/null || fail "$tool is not installed" "apt install $tools"
  done
  [ -n "$mirror" ] && [ -n "$security" ] ||
    fail "apt knows no mirror of Debian here" "set DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR to ones"
  arch-test arm64 >/dev/null 2>&1 && return
  local formats=/proc/sys/fs/binfmt_misc # a container: no service has told the kernel what runs arm64 programs
  if [ "$(id -u)" = 0 ]; then
    [ -e $formats/register ] || mount -t binfmt_misc binfmt_misc $formats || true
    [ -e $formats/qemu-aarch64 ] || cat /usr/lib/binfmt.d/qemu-aarch64.conf >$formats/register || true
  fi
  arch-test arm64 >/dev/null 2>&1 || fail "arm64 programs cannot be run here" "as root: systemctl restart systemd-binfmt"
}

bootstrap() { # the root file system as a tar archive, kept for the next time
  kept_root=$kept/$release-$(echo "$packages" | sha256sum | cut -c 1-12).tar
  [ -e "$kept_root" ] && return
  say "Debian $release for arm64"
  mmdebstrap --quiet --arch=arm64 --variant=minbase --components=main --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='force-unsafe-io' \
    --aptopt='APT::Install-Recommends "false"' "$release" "$work/root.tar" "$mirror"
  mv "$work/root.tar" "$kept_root"
}

fetch_kernels() { # the small kernel of clouds for the board virt, the full one for a Raspberry Pi
  say "kernels"
  mkdir -p "$work"/{debs,apt/lists/partial,cache/archives/partial}
  : >"$work/apt/status"
  local signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  echo "deb $signed $mirror $release main" >"$work/sources.list"
  echo "deb $signed $security $release-security main" >>"$work/sources.list"
  cat >"$work/apt.conf" <<END
APT::Architecture "arm64"; APT::Architectures {"arm64";}; APT::Sandbox::User "root";
Dir::State "$work/apt"; Dir::State::status "$work/apt/status"; Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list"; Dir::Etc::sourceparts "/dev/null";
END
  (
    export APT_CONFIG=$work/apt.conf
    cd "$work/debs"
    apt-get -qq update
    kernel() { apt-cache depends "$1" | awk '/Depends: linux-image/ { print $2; exit }'; }
    apt-get -qq download busybox-static "$(kernel linux-image-cloud-arm64)" "$(kernel linux-image-arm64)"
  )
  dpkg-deb -x "$work"/debs/busybox-static_*.deb "$work/busybox"
  dpkg-deb -x "$work"/debs/linux-image-*cloud-arm64_*.deb "$work/cloud"
  dpkg-deb -x "$work"/debs/linux-image-*[0-9]-arm64_*.deb "$work/full"
  for kind in cloud full; do cp "$work/$kind"/boot/vmlinuz-* "$work/out/vmlinuz-$kind"; done
  cp "$work"/full/usr/lib/linux-image-*/broadcom/bcm2837-rpi-3-b.dtb "$work/out/"
}

start_up_archive() { # KIND MODULE… : busybox and the modules that the root file system and the network need
  local kind=$1 tree=$work/$1 content=$work/initrd-$1 modules version module file entry
  shift
  version=$(ls "$tree/lib/modules")
  modules=$tree/lib/modules/$version
  mkdir -p "$content"/{bin,proc,sys,dev,newroot,modules}
  cp "$work/busybox/bin/busybox" "$content/bin/"
  install -m 755 "$here/start-up" "$content/init"
  depmod -b "$tree" "$version" 2>/dev/null || true
  : >"$content/modules/order"
  for module in "$@"; do
    entry=$(grep -E "/${module//_/[-_]}\.ko:" "$modules/modules.dep" | head -n 1) || continue # built into the kernel
    for file in $(echo "${entry#*:}" | tr ' ' '\n' | tac) "${entry%%:*}"; do
      [ -e "$content/modules/$(basename "$file")" ] && continue
      cp "$modules/$file" "$content/modules/"
      basename "$file" >>"$content/modules/order"
    done
  done
  (cd "$content" && find . | cpio -o -H newc --quiet -R 0:0 | gzip -n -1) >"$work/out/initrd-$kind.gz"
}

make_keys() {
  for key in id host_key; do ssh-keygen -q -t ed25519 -N '' -C "edgeflow $name" -f "$work/out/$key"; done
}

build() {
  mkdir -p "$kept"
  work=$(mktemp -d -p "$images" .build-XXXXXX)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/out"
  bootstrap
  fetch_kernels
  start_up_archive cloud virtio_mmio virtio_pci virtio_blk virtio_net virtio_rng ext4 crc32c_generic
  start_up_archive full ext4 crc32c_generic bcm2835 sdhci_iproc mmc_block phy_generic dwc2 usbnet cdc_ether usbhid \
    bcm2835_rng bcm2835_thermal bcm2835_wdt
  make_keys
  say "root file system"
  fakeroot -- "$here/make-disk.sh" "$kept_root" "$work/root" "$work/out" "$here"
  rm -rf "$image"
  mv "$work/out" "$image"
  say "$name: $(du -sh "$image" | cut -f 1) in $image"
}

[ -n "$name" ] || fail "$definition names no image" "restore the file"
[ "${1:-}" = --again ] || { [ ! -e "$image/disk.ext4" ] || exit 0; }
check_tools
build
