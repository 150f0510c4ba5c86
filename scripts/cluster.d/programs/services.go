package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// services are the programs that a machine was told to run, by name. As the first process of its namespace
// it also reaps the processes that others left.
type services struct {
	sync.Mutex
	byName map[string]*service
	byPid  map[int]*service
}

type service struct {
	pid   int
	ended chan struct{}
	// code is the exit code, 128 + n for signal n; it is there once ended is closed.
	code int
}

// What to run: a command with nothing but these variables, whose output is added to a file.
type order struct {
	Command     []string `json:"command"`
	Environment []string `json:"environment"`
	Log         string   `json:"log"`
}

type state struct {
	Running  bool `json:"running"`
	ExitCode *int `json:"exitCode,omitempty"`
}

func newServices() *services {
	s := &services{byName: map[string]*service{}, byPid: map[int]*service{}}
	ended := make(chan os.Signal, 16)
	signal.Notify(ended, unix.SIGCHLD)
	go func() {
		for range ended {
			s.reap()
		}
	}()
	return s
}

func (s *services) reap() {
	// Held while a process is started, so that none ends before it is known.
	s.Lock()
	defer s.Unlock()
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if ended := s.byPid[pid]; ended != nil {
			ended.code = describe(status)
			close(ended.ended)
			delete(s.byPid, pid)
		}
	}
}

func (s *services) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /services", func(response http.ResponseWriter, _ *http.Request) { answer(response, s.states()) })
	mux.HandleFunc("PUT /services/{name}", s.start)
	mux.HandleFunc("GET /services/{name}/end", s.waitForEnd)
	mux.HandleFunc("POST /services/{name}/signal/{number}", s.signal)
	return mux
}

func (s *services) states() map[string]state {
	s.Lock()
	defer s.Unlock()
	states := map[string]state{}
	for name, each := range s.byName {
		states[name] = each.state()
	}
	return states
}

func (s *service) state() state {
	select {
	case <-s.ended:
		return state{ExitCode: &s.code}
	default:
		return state{Running: true}
	}
}

func (s *services) start(response http.ResponseWriter, request *http.Request) {
	var wanted order
	if err := json.NewDecoder(request.Body).Decode(&wanted); err != nil {
		refuse(response, http.StatusBadRequest, err)
		return
	}
	s.Lock()
	defer s.Unlock()
	name := request.PathValue("name")
	if already := s.byName[name]; already != nil && already.state().Running {
		refuse(response, http.StatusConflict, fmt.Errorf("%s runs already", name))
		return
	}
	started, err := wanted.start()
	if err != nil {
		refuse(response, http.StatusUnprocessableEntity, err)
		return
	}
	s.byName[name], s.byPid[started.pid] = started, started
	answer(response, started.state())
}

func (o order) start() (*service, error) {
	if len(o.Command) == 0 {
		return nil, errors.New("no command")
	}
	program, err := exec.LookPath(o.Command[0])
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(o.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	none, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer none.Close()
	pid, err := syscall.ForkExec(program, o.Command, &syscall.ProcAttr{
		Dir:   "/",
		Env:   o.Environment,
		Files: []uintptr{none.Fd(), log.Fd(), log.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return &service{pid: pid, ended: make(chan struct{})}, nil
}

func (s *services) find(response http.ResponseWriter, request *http.Request) *service {
	s.Lock()
	defer s.Unlock()
	found := s.byName[request.PathValue("name")]
	if found == nil {
		refuse(response, http.StatusNotFound, fmt.Errorf("there is no %s here", request.PathValue("name")))
	}
	return found
}

// waitForEnd answers when the service has ended.
func (s *services) waitForEnd(response http.ResponseWriter, request *http.Request) {
	found := s.find(response, request)
	if found == nil {
		return
	}
	select {
	case <-found.ended:
		answer(response, found.state())
	case <-request.Context().Done():
	}
}

func (s *services) signal(response http.ResponseWriter, request *http.Request) {
	number, err := strconv.Atoi(request.PathValue("number"))
	if err != nil {
		refuse(response, http.StatusBadRequest, err)
		return
	}
	found := s.find(response, request)
	if found == nil {
		return
	}
	// Under the lock nothing is reaped, and so the number cannot have been given to another process.
	s.Lock()
	defer s.Unlock()
	if found.state().Running {
		if err := unix.Kill(found.pid, unix.Signal(number)); err != nil {
			refuse(response, http.StatusConflict, err)
			return
		}
	}
	answer(response, found.state())
}
