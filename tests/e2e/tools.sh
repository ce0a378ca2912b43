# shellcheck shell=bash
# The tools of others that the end-to-end tests drive: found, or built once and kept outside the tree, by version. ./dev sources this.

e2e_cache=${XDG_CACHE_HOME:-$HOME/.cache}/graylane
e2e_sources=$PWD/tests/e2e
helm_version=v4.2.0
e2e_missing=()       # what is not here, for those who ask
e2e_only_cached=     # 1: nothing is built or downloaded

find_go() { PATH=$PATH:/usr/local/go/bin command -v go; }

# required FOLDER MODULE: the version that the go.mod there asks for.
required() { awk -v module="$2" '$1 == "require" { $1 = ""; $0 = $0 } $1 == module { print $2; exit }' "$e2e_sources/$1/go.mod"; }

content_hash() { cat "$@" | sha256sum | cut -c1-16; }

# aside CACHE_FOLDER COMMAND...: COMMAND fills the folder that it gets as its last argument. It takes its place only when COMMAND succeeds:
# what is there is whole.
aside() {
  local folder=$1 scratch status=0
  shift
  mkdir -p "$e2e_cache" && scratch=$(mktemp -d "$folder.XXXXXX") || return
  if "$@" "$scratch" >&2 && chmod 755 "$scratch"; then rm -rf "$folder" && mv "$scratch" "$folder"; else status=1; fi
  rm -rf "$scratch"
  return $status
}

# go_build SOURCE_FOLDER LINKER_FLAGS NAME=PACKAGE... INTO
go_build() {
  local go source=$1 flags=$2 into=${*: -1} one
  go=$(find_go) || return
  for one in "${@:3:$#-3}"; do
    (cd "$e2e_sources/$source" && "$go" build -trimpath -ldflags "-s -w $flags" -o "$into/${one%%=*}" "${one#*=}") || return
  done
}

npm_install() {
  cp "$e2e_sources/$1/package.json" "$e2e_sources/$1/package-lock.json" "$2" && npm ci --prefix "$2" --ignore-scripts --no-audit --no-fund --loglevel=error
}

# provide NAME FOLDER FILE TOOL COMMAND...: succeeds when FILE is in the cache folder, or TOOL is here and COMMAND made it.
provide() {
  local name=$1 folder=$e2e_cache/$2 file=$3 tool=$4
  shift 4
  [ ! -e "$folder/$file" ] || return 0
  if [ -n "$e2e_only_cached" ]; then
    e2e_missing+=("$name")
  elif ! PATH=$PATH:/usr/local/go/bin command -v "$tool" >/dev/null; then
    e2e_missing+=("$name (made with $tool, which is not here)")
  else
    say "building $name: some minutes, once"
    aside "$folder" "$@" && return
    e2e_missing+=("$name (which could not be built)")
    failed=$((failed + 1))  # of ./dev
  fi
  return 1
}

provide_kubernetes() {
  local version folder flags
  version=$(required kubernetes k8s.io/kubernetes) folder=kubernetes-$version
  flags="-X k8s.io/component-base/version.gitVersion=$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=${version:3:2}"
  provide "Kubernetes $version" "$folder" kubectl go go_build kubernetes "$flags" kube-apiserver=k8s.io/kubernetes/cmd/kube-apiserver \
    kube-controller-manager=k8s.io/kubernetes/cmd/kube-controller-manager kubectl=k8s.io/kubernetes/cmd/kubectl || return
  export KUBE_APISERVER=${KUBE_APISERVER:-$e2e_cache/$folder/kube-apiserver} KUBECTL=${KUBECTL:-$e2e_cache/$folder/kubectl}
  export KUBE_CONTROLLER_MANAGER=${KUBE_CONTROLLER_MANAGER:-$e2e_cache/$folder/kube-controller-manager}
}

provide_etcd() {
  local version
  version=$(required etcd go.etcd.io/etcd/server/v3)
  provide "etcd $version" "etcd-$version" etcd go go_build etcd "" etcd=go.etcd.io/etcd/server/v3 || return
  export ETCD=$e2e_cache/etcd-$version/etcd
}

helm_install() { GOBIN=$1 "$(find_go)" install "helm.sh/helm/v4/cmd/helm@$helm_version"; }

provide_helm() {
  provide "Helm $helm_version" "helm-$helm_version" helm go helm_install || return
  export HELM=$e2e_cache/helm-$helm_version/helm
}

provide_clientgo() {
  local folder
  folder=clientgo-$(content_hash "$e2e_sources"/clientgo/{go.mod,go.sum,*.go})
  provide "the client-go program" "$folder" clientgo go go_build clientgo "" clientgo=. || return
  export CLIENTGO=$e2e_cache/$folder/clientgo
}

provide_client_node() {
  local folder
  folder=client-node-$(content_hash "$e2e_sources/client_node/package-lock.json")
  provide "@kubernetes/client-node" "$folder" node_modules npm npm_install client_node || return
  export CLIENT_NODE_MODULES=$e2e_cache/$folder/node_modules
}

# Exports what there is; what a variable names already is taken. The names of the others are in e2e_missing.
provide_tools() {
  [ -z "$e2e_only_cached" ] || export GOPROXY=off npm_config_offline=true
  provide_kubernetes || true
  [ -n "${ETCD:-}" ] || provide_etcd || true
  [ -n "${HELM:-}" ] || provide_helm || true
  provide_clientgo || true
  provide_client_node || true
}
