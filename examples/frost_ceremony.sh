#!/usr/bin/env bash
# Seven weighted members make a common key and sign with it from the shell, each one a process with
# files of its own. One of them deals a bad share and is convicted; another one falls silent when it
# is asked to sign. Usage: examples/frost_ceremony.sh [path of quorate]
set -euo pipefail

quorate=${1:-build/quorate}
[ -x "$quorate" ] || { echo "no program at $quorate: ./run builds it" >&2; exit 1; }
quorate=$(cd "$(dirname "$quorate")" && pwd)/$(basename "$quorate")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

members=(amber:12 birch:9 cedar:7 dorian:5 ember:4 fern:2 gale:1)
cheat=ember
victim=gale
silent=dorian
names=("${members[@]%%:*}")
# One passphrase for all, because this is a rehearsal; real members have one each.
export QUORATE_PASSPHRASE="rehearsal only"

frost() { "$quorate" frost "$@"; }
say() { printf '\n== %s\n' "$*"; }
# Runs a command that must end with this exit code.
must_end_with() {
  local wanted=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" -eq "$wanted" ] || { echo "exit code $code instead of $wanted: $*" >&2; exit 1; }
}

say "Every member makes a key; the group is described"
described=()
for member in "${members[@]}"; do
  name=${member%%:*}
  key=$(frost keygen key --name "$name" --cost interactive --out "$name.key")
  described+=(--member "$name:$key:${member##*:}")
done
frost keygen group "${described[@]}" --out group.json

say "Everybody deals; $cheat spoils what $victim gets"
for name in "${names[@]}"; do
  spoil=()
  [ "$name" = "$cheat" ] && spoil=(--rehearse-bad-box "$victim")
  frost keygen deal --group group.json --key "$name.key" --state "$name.state" "${spoil[@]}" \
    --out "$name.dealing"
done

say "Everybody checks all dealings"
for name in "${names[@]}"; do
  frost keygen confirm --group group.json --key "$name.key" --state "$name.state" \
    --out "$name.confirmation" ./*.dealing
done

say "Anybody can judge: $cheat is guilty, a complaint about an honest dealer is false"
must_end_with 0 frost judge --group group.json "$cheat.dealing" "$victim.confirmation"
frost keygen complain --group group.json --key fern.key --out fern.complaint amber.dealing
must_end_with 1 frost judge --group group.json amber.dealing fern.complaint

say "Everybody finishes without $cheat's dealing and finds the same key"
for name in "${names[@]}"; do
  frost keygen finish --group group.json --key "$name.key" --state "$name.state" \
    --dealings ./*.dealing --confirmations ./*.confirmation \
    --shares "$name.shares" --out "$name.outcome"
  cmp "$name.outcome" amber.outcome
done
mv amber.outcome outcome.json

say "Everybody publishes nonces; all are asked to sign a block"
for name in "${names[@]}"; do
  frost nonces --outcome outcome.json --key "$name.key" --shares "$name.shares" \
    --secret "$name.secret" --out "$name.nonces"
done
block=$(printf 'a block' | sha256sum | cut -d' ' -f1)
frost request --outcome outcome.json --block "$block" --out first.request ./*.nonces
answer() {  # name, request, where the answer goes
  frost sign --outcome outcome.json --key "$1.key" --shares "$1.shares" --secret "$1.secret" \
    --out "$3" "$2"
}
for name in "${names[@]}"; do
  [ "$name" = "$silent" ] || answer "$name" first.request "$name.first"
done

say "$silent stays silent: no signature, and nobody signs twice with one nonce"
must_end_with 3 frost aggregate --outcome outcome.json --request first.request ./*.first
frost request --outcome outcome.json --block "$(printf 'another block' | sha256sum | cut -d' ' -f1)" \
  --out replay.request ./*.nonces
must_end_with 3 answer amber replay.request amber.replay

say "The others are asked again, with new nonces"
others=()
for name in "${names[@]}"; do
  [ "$name" = "$silent" ] || others+=("$name.nonces")
done
frost request --outcome outcome.json --block "$block" --used first.request \
  --out second.request "${others[@]}"
for name in "${names[@]}"; do
  [ "$name" = "$silent" ] || answer "$name" second.request "$name.second"
done
frost aggregate --outcome outcome.json --request second.request --out signature.json ./*.second

say "Anybody can verify"
must_end_with 0 frost verify --outcome outcome.json --block "$block" signature.json
must_end_with 1 frost verify --outcome outcome.json --block "${block//[0-9]/0}" signature.json
