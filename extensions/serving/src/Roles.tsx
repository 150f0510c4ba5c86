import { operations, type Service, type ServiceVersion } from '@topsdl/contract';
import { Badge, Button, confirm, Facts, speak, useRun, useTops } from '@topsdl/ui';
import { useState, type FormEvent, type JSX } from 'react';
import { serviceState } from './states.ts';

const { serving } = operations;

/** Both versions side by side, with what can be changed of each. */
export function Roles({ service }: { service: Service }): JSX.Element {
  return (
    <div className="topsdl-Service-roles">
      {service.production && (
        <Role service={service} role="production" version={service.production} />
      )}
      {service.gray && <Role service={service} role="gray" version={service.gray} />}
    </div>
  );
}

interface RoleProps {
  readonly service: Service;
  readonly role: 'production' | 'gray';
  readonly version: ServiceVersion;
}

function Role({ service, role, version }: RoleProps): JSX.Element {
  const host = useTops();
  const { client, registry, trans, translation } = host;
  const { run, running } = useRun();
  const params = { serviceId: service.id };
  const gray = role === 'gray';
  const title = gray ? trans.__('Gray') : trans.__('Production');
  const state = serviceState(version.state, host);
  const share = gray ? service.grayShare : service.gray ? 1 - service.grayShare : 1;

  const remove = async () => {
    const sure = await confirm(host, {
      title: trans.__('Delete the version %1?', title),
      text: trans.__('It ends after its last request.'),
      accept: trans.__('Delete'),
      danger: true
    });
    if (sure) {
      await run(() =>
        client.call(gray ? serving.removeGray : serving.removeProduction, { params })
      );
    }
  };

  return (
    <section className={`topsdl-Service-role topsdl-mod-${role}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Badge tone={state.tone}>{state.text}</Badge>
        <Button
          minimal
          danger
          disabled={running || (!gray && service.gray !== null)}
          title={
            !gray && service.gray !== null ? trans.__('Delete the gray version first.') : undefined
          }
          onClick={() => void remove()}
        >
          {trans.__('Delete…')}
        </Button>
      </header>
      {version.reason && (
        <p className="topsdl-mod-bad" role="alert">
          {speak(translation, version.reason.code, version.reason.params, version.reason.detail)}
        </p>
      )}
      {version.state === 'starting' && (
        <p className="topsdl-mod-muted">
          {trans.__('No replica takes connections on its port yet; the logs say what it does.')}
        </p>
      )}
      <Facts
        items={[
          [
            trans.__('Package'),
            <button
              key="package"
              type="button"
              className="topsdl-Link"
              onClick={() => registry.open('package-version', version.packageVersionId)}
            >
              {version.packageName} v{version.packageNumber}
            </button>
          ],
          [trans.__('Compute spec'), version.specName],
          [
            trans.__('Replicas'),
            <Amount
              key="replicas"
              label={trans.__('Replicas of %1', title)}
              value={version.replicas}
              min={1}
              max={32}
              step={1}
              note={trans.__('%1/%2 desired/available', version.replicas, version.available)}
              send={replicas =>
                run(() =>
                  client.call(serving.setReplicas, {
                    params: { ...params, role },
                    body: { replicas }
                  })
                )
              }
            />
          ],
          [
            trans.__('Share'),
            gray ? (
              <Amount
                key="share"
                label={trans.__('Share of the gray version in percent')}
                value={Math.round(share * 1000) / 10}
                min={0}
                max={100}
                step={0.1}
                note="%"
                send={percent =>
                  run(() =>
                    client.call(serving.setShare, { params, body: { share: percent / 100 } })
                  )
                }
              />
            ) : (
              `${Math.round(share * 1000) / 10} %`
            )
          ],
          Object.keys(version.environment).length > 0 && [
            trans.__('Environment'),
            <code key="environment">
              {Object.entries(version.environment)
                .map(([name, value]) => `${name}=${value}`)
                .join(' ')}
            </code>
          ]
        ]}
      />
    </section>
  );
}

interface AmountProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly note: string;
  send(value: number): Promise<unknown>;
}

/** A number that is changed in place and sent with Enter or the button. */
function Amount(props: AmountProps): JSX.Element {
  const { trans } = useTops();
  const [typed, setTyped] = useState<string | null>(null);
  const value = typed ?? String(props.value);
  const number = Number(value);
  const whole = props.step !== 1 || Number.isInteger(number);
  const valid = value.trim() !== '' && whole && number >= props.min && number <= props.max;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid) {
      void props.send(number).then(() => setTyped(null));
    }
  };
  return (
    <form className="topsdl-Service-amount" onSubmit={submit} noValidate>
      <input
        className="topsdl-Input"
        type="number"
        aria-label={props.label}
        aria-invalid={!valid}
        min={props.min}
        max={props.max}
        step={props.step}
        value={value}
        onChange={event => setTyped(event.target.value)}
      />
      <span>{props.note}</span>
      {typed !== null && number !== props.value && (
        <Button submit disabled={!valid}>
          {trans.__('Apply')}
        </Button>
      )}
    </form>
  );
}
