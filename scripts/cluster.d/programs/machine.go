package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

func init() {
	programs["machine"] = func() int {
		if len(os.Args) != 2 {
			return fail(errors.New("usage: machine DESCRIPTION.json"))
		}
		return fail(runMachine(os.Args[1]))
	}
}

// A machine of the cluster is a set of namespaces, which the caller has made, and the first process in them,
// which is this program: when it ends, the kernel ends everything that ran on the machine.
type machine struct {
	Hostname string `json:"hostname"`
	// Socket is where the machine is told what to run, as a path of the host.
	Socket string `json:"socket"`
	// Root is an empty directory that becomes "/"; without one the machine sees what the host sees.
	Root   string            `json:"root"`
	Mounts []mount           `json:"mounts"`
	Links  map[string]string `json:"links"`
}

// A mount of kind bind, proc or tmpfs. Its target, from the machine's root, is made when it is missing.
type mount struct {
	Kind     string `json:"kind"`
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"readOnly"`
}

func runMachine(description string) error {
	text, err := os.ReadFile(description)
	if err != nil {
		return err
	}
	var described machine
	if err := json.Unmarshal(text, &described); err != nil {
		return fmt.Errorf("%s: %w", description, err)
	}
	if err := unix.Sethostname([]byte(described.Hostname)); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if err := os.Remove(described.Socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", described.Socket)
	if err != nil {
		return err
	}
	if err := described.enterRoot(); err != nil {
		return err
	}
	handler := newServices().handler()
	// Whoever started the machine waits for this descriptor to be written to; it ends without a byte on failure.
	ready := os.NewFile(3, "ready")
	ready.WriteString("ready")
	ready.Close()
	return http.Serve(listener, handler)
}

// enterRoot lays the mounts out and makes the root the machine's own.
func (m *machine) enterRoot() error {
	if m.Root == "" {
		return m.mountAll("/")
	}
	if err := unix.Mount("tmpfs", m.Root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("root: %w", err)
	}
	for link, target := range m.Links {
		if err := os.Symlink(target, filepath.Join(m.Root, link)); err != nil {
			return err
		}
	}
	if err := m.mountAll(m.Root); err != nil {
		return err
	}
	before := filepath.Join(m.Root, ".before")
	if err := os.Mkdir(before, 0o700); err != nil {
		return err
	}
	if err := unix.PivotRoot(m.Root, before); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if err := unix.Unmount("/.before", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("the host's root: %w", err)
	}
	if err := os.Remove("/.before"); err != nil {
		return err
	}
	// The kubelet hands mounts on to pods, which works where they propagate.
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
}

func (m *machine) mountAll(root string) error {
	for _, each := range m.Mounts {
		if err := each.under(root); err != nil {
			return fmt.Errorf("mount of %s: %w", each.Target, err)
		}
	}
	return nil
}

func (m mount) under(root string) error {
	target := filepath.Join(root, m.Target)
	if m.Kind != "bind" {
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		return unix.Mount(m.Kind, target, m.Kind, unix.MS_NOSUID|unix.MS_NODEV, "")
	}
	source, err := os.Stat(m.Source)
	if err != nil {
		return err
	}
	if source.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else {
		err = touch(target)
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(m.Source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	if !m.ReadOnly {
		return nil
	}
	return unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
}

func touch(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}

// describe tells an ended process's status as a shell would.
func describe(status unix.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// answer writes a JSON document.
func answer(response http.ResponseWriter, value any) {
	response.Header().Set("content-type", "application/json")
	json.NewEncoder(response).Encode(value)
}

// refuse writes one line that says why not.
func refuse(response http.ResponseWriter, code int, err error) {
	http.Error(response, strings.TrimSpace(err.Error()), code)
}
