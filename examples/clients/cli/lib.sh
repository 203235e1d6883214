# What the scripts share; to be sourced. Each works in a folder of its own and deletes its functions in the end.
set -euo pipefail
export AWS_PAGER=

work=$(mktemp -d)
made=()
clear_up() {
    local name
    for name in ${made[@]+"${made[@]}"}; do
        aws lambda delete-function --function-name "$name" > /dev/null 2>&1 || true
    done
    rm -rf "$work"
}
trap clear_up EXIT
cd "$work"

fail() {
    echo "$(basename "$0"): $1" >&2
    exit 1
}

# same WHAT ACTUAL EXPECTED
same() {
    [ "$2" = "$3" ] || fail "$1 is '$2', expected '$3'"
}

# archive NAME: code.zip of the script on standard input, as index.py
archive() {
    cat > index.py
    python3 -m zipfile -c "$1" index.py
}

# create NAME ZIP [OPTION...]: a function that is ready
create() {
    local name=$1 zip=$2
    shift 2
    made+=("$name")
    aws lambda create-function --function-name "$name" --runtime python3.12 --handler index.handler --timeout 30 \
        --role arn:aws:iam::000000000000:role/any --zip-file "fileb://$zip" "$@" > created.json
    aws lambda wait function-active-v2 --function-name "$name"
}

# result NAME EVENT [OPTION...]: what the function answers
result() {
    local name=$1
    printf '%s' "$2" > event.json
    shift 2
    aws lambda invoke --function-name "$name" --payload fileb://event.json "$@" out.json > answer.json
    cat out.json
}

# of FILE KEY: a member of what was answered
of() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2]))' "$1" "$2"
}

# refused CODE TEXT COMMAND...: the command must end in that error
refused() {
    local code=$1 text=$2
    shift 2
    if "$@" > /dev/null 2> error.txt; then fail "'$*' was not refused"; fi
    case $(cat error.txt) in
        *"($code)"*"$text"*) ;;
        *) fail "'$*' says '$(cat error.txt)', expected ($code) $text" ;;
    esac
}
