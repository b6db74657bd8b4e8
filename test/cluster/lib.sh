# What up, down, image-import and serve share: settings, paths, helpers.
# Every setting below can be given from outside as an environment variable.

PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

home=${CLUSTER_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/watchword/cluster}
bin=$home/bin     # what was built; outlives the cluster
state=$home/state # the cluster that runs now; removed by down
pki=$state/pki
kubeconfig=$state/kubeconfig

api_port=${CLUSTER_API_PORT:-6443}
etcd_port=${CLUSTER_ETCD_PORT:-2379}
ready_seconds=${CLUSTER_READY_SECONDS:-180}

# The full node lives in a network namespace of its own. One veth pair joins
# it to the host, which gets routes to the pods and the services, and to
# nothing else: a pod reaches this machine and no other.
host_link=${CLUSTER_HOST_LINK:-cluster0}
link_prefix=${CLUSTER_LINK_PREFIX:-10.90.0} # .1 is the host, .2 the node
pod_cidr=${CLUSTER_POD_CIDR:-10.91.0.0/24}
service_cidr=${CLUSTER_SERVICE_CIDR:-10.96.0.0/16}
host_ip=$link_prefix.1
node_ip=$link_prefix.2
node_name=node
kubernetes_ip=${service_cidr%.*.*}.0.1
dns_ip=${service_cidr%.*.*}.0.10
pause_image=cluster.local/pause:1

say() { printf 'cluster: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# until_true SECONDS COMMAND...: tries the command until it succeeds.
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.2
	done
}

# The supervisor that up started (serve, or the unshare around it) leads a
# process group of its own. Its pid counts only while the process still has
# our state folder on its command line: pids are used again.
supervisor() {
	local pid
	pid=$(cat "$state/supervisor.pid" 2>/dev/null) || return 1
	{ tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qxF "$state" || return 1
	echo "$pid"
}

# The first process of the node's namespaces, as the host numbers it.
node_init() {
	local pid
	pid=$(supervisor) || return 1
	ps -o pid= --ppid "$pid" | tr -d ' ' | grep .
}

# install_packages: reads lines "COMMAND PACKAGE"; installs the packages whose
# command is missing.
install_packages() {
	local command package missing=()
	while read -r command package; do
		[ -n "$command" ] || continue
		command -v "$command" >/dev/null || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] || die "not installed: ${missing[*]}"
	say "installing ${missing[*]}"
	local log=$home/packages.log
	{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
		die "apt-get failed; the end of $log: $(tail -n 3 "$log")"
}

# build MODULE PROGRAM...: makes the programs of one Go module when those in bin
# are not of its present source.
build() {
	local module=$1 sum version program log=$home/build-$1.log
	shift
	sum=$(cd "$here/$module" && { uname -m && find . -name '*.go' -o -name 'go.*' | LC_ALL=C sort | xargs cat; } | sha256sum)
	[ "$(cat "$bin/$module.sum" 2>/dev/null)" != "$sum" ] || return 0
	mkdir -p "$bin"
	version=$(sed -n 's|^\s*k8s.io/kubernetes \(v[0-9.]*\).*|\1|p' "$here/$module/go.mod" | head -1)
	for program; do
		command -v go >/dev/null || die "go is not installed"
		say "building $program; the first time takes minutes"
		(cd "$here/$module" && CGO_ENABLED=0 GOWORK=off go build -trimpath -buildvcs=false -mod=readonly \
			-ldflags "-s -w -X k8s.io/component-base/version.gitVersion=${version:-v0.0.0}" \
			-o "$bin/$program" "./$program") >"$log" 2>&1 ||
			die "go build failed; the end of $log: $(tail -n 5 "$log")"
	done
	echo "$sum" >"$bin/$module.sum"
}
