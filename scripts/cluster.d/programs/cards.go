package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	plugin "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

func init() { programs["cards"] = runCards }

// cards is a device plugin whose devices are numbers: a container that gets some finds them in a variable.
type cards struct {
	plugin.UnimplementedDevicePluginServer
	resource string
	variable string
	devices  []*plugin.Device
}

func (c *cards) GetDevicePluginOptions(context.Context, *plugin.Empty) (*plugin.DevicePluginOptions, error) {
	return &plugin.DevicePluginOptions{}, nil
}

// ListAndWatch tells the devices once: none ever breaks.
func (c *cards) ListAndWatch(_ *plugin.Empty, stream grpc.ServerStreamingServer[plugin.ListAndWatchResponse]) error {
	if err := stream.Send(&plugin.ListAndWatchResponse{Devices: c.devices}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func (c *cards) Allocate(_ context.Context, request *plugin.AllocateRequest) (*plugin.AllocateResponse, error) {
	response := &plugin.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		response.ContainerResponses = append(response.ContainerResponses, &plugin.ContainerAllocateResponse{
			Envs: map[string]string{c.variable: strings.Join(container.DevicesIds, ",")},
		})
	}
	return response, nil
}

// runCards offers RESOURCE=COUNT for each argument to the kubelet of the machine it runs on.
func runCards() int {
	variable := flag.String("variable", "VISIBLE_CARDS", "the variable that names a container's cards")
	flag.Parse()
	all := []*cards{}
	for _, argument := range flag.Args() {
		resource, number, _ := strings.Cut(argument, "=")
		count, err := strconv.Atoi(number)
		if err != nil || resource == "" {
			return fail(fmt.Errorf("%q is not RESOURCE=COUNT", argument))
		}
		offered := &cards{resource: resource, variable: *variable}
		for i := range count {
			offered.devices = append(offered.devices, &plugin.Device{ID: strconv.Itoa(i), Health: plugin.Healthy})
		}
		all = append(all, offered)
	}
	return fail(offerWhileThereIsAKubelet(all))
}

// offerWhileThereIsAKubelet registers with the kubelet, and again whenever it comes back: a kubelet that
// starts empties the folder of plugins and forgets them.
func offerWhileThereIsAKubelet(all []*cards) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	if err := os.MkdirAll(plugin.DevicePluginPath, 0o750); err != nil {
		return err
	}
	if err := watcher.Add(plugin.DevicePluginPath); err != nil {
		return err
	}
	var servers []*grpc.Server
	offer := func() {
		for _, server := range servers {
			server.Stop()
		}
		servers = nil
		for _, each := range all {
			server, err := each.offer()
			if err != nil {
				log.Printf("%s: %v", each.resource, err)
				continue
			}
			log.Printf("%s: %d offered", each.resource, len(each.devices))
			servers = append(servers, server)
		}
	}
	if _, err := os.Stat(plugin.KubeletSocket); err == nil {
		offer()
	}
	for {
		select {
		case event := <-watcher.Events:
			if event.Name == plugin.KubeletSocket && event.Has(fsnotify.Create) {
				offer()
			}
		case err := <-watcher.Errors:
			return err
		}
	}
}

// offer serves the plugin and tells the kubelet of it.
func (c *cards) offer() (*grpc.Server, error) {
	socket := strings.ReplaceAll(c.resource, "/", "-") + ".sock"
	path := filepath.Join(plugin.DevicePluginPath, socket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	server := grpc.NewServer()
	plugin.RegisterDevicePluginServer(server, c)
	go server.Serve(listener)

	connection, err := grpc.NewClient("unix://"+plugin.KubeletSocket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err == nil {
		defer connection.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_, err = plugin.NewRegistrationClient(connection).Register(ctx, &plugin.RegisterRequest{
			Version: plugin.Version, Endpoint: socket, ResourceName: c.resource,
		}, grpc.WaitForReady(true))
	}
	if err != nil {
		server.Stop()
		return nil, err
	}
	return server, nil
}
